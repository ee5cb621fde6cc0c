package main

import (
	"context"
	"encoding/json"
	"sort"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
)

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

// useDynamicClient does without types what useTypedClient does with them.
func useDynamicClient(ctx context.Context, c *cluster) (report, error) {
	client, err := dynamic.NewForConfig(c.config)
	if err != nil {
		return nil, err
	}
	maps := client.Resource(configMaps).Namespace(c.namespace)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "dynamic"},
		"data":     map[string]any{"value": "1"},
	}}
	created, err := maps.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: created.GetResourceVersion(), FieldSelector: "metadata.name=dynamic"})
	if err != nil {
		return nil, err
	}
	defer watcher.Stop()
	if _, err := maps.Patch(ctx, "dynamic", types.MergePatchType, []byte(`{"data":{"value":"2"}}`), metav1.PatchOptions{}); err != nil {
		return nil, err
	}
	if _, err := maps.Patch(ctx, "dynamic", types.JSONPatchType, []byte(`[{"op":"replace","path":"/data/value","value":"3"}]`), metav1.PatchOptions{}); err != nil {
		return nil, err
	}
	object.Object["data"] = map[string]any{"applied": "yes"}
	if _, err := maps.Apply(ctx, "dynamic", object, metav1.ApplyOptions{FieldManager: "dynamic"}); err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, "dynamic", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	events := []string{}
	for event := range watcher.ResultChan() {
		data, _, _ := unstructured.NestedStringMap(event.Object.(*unstructured.Unstructured).Object, "data")
		text, _ := json.Marshal(data)
		events = append(events, string(event.Type)+" "+string(text))
		if event.Type == watch.Deleted {
			break
		}
	}
	return report{"events": events}, nil
}

// discover asks what the server has, and maps kinds to resources with it.
func discover(ctx context.Context, c *cluster) (report, error) {
	client := discovery.NewDiscoveryClientForConfigOrDie(c.config)
	version, err := client.ServerVersion()
	if err != nil {
		return nil, err
	}
	groups, resources, err := client.ServerGroupsAndResources()
	if err != nil {
		return nil, err
	}
	preferred, err := client.ServerPreferredResources()
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, list := range preferred {
		for _, resource := range list.APIResources {
			names = append(names, list.GroupVersion+" "+resource.Name)
		}
	}
	sort.Strings(names)
	cached := memory.NewMemCacheClient(client)
	mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(cached), cached, nil)
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	if err != nil {
		return nil, err
	}
	short, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: "sts"})
	if err != nil {
		return nil, err
	}
	node, err := mapper.KindFor(schema.GroupVersionResource{Resource: "nodes"})
	if err != nil {
		return nil, err
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return nil, err
	}
	document, err := client.OpenAPISchema()
	if err != nil {
		return nil, err
	}
	return report{
		"version":     version.Major + "." + version.Minor,
		"groups":      len(groups),
		"lists":       len(resources),
		"preferred":   names,
		"mapping":     mapping.Resource.String() + " " + string(mapping.Scope.Name()),
		"short":       short.String(),
		"node":        node.String(),
		"openapiV3":   len(paths),
		"definitions": len(document.GetDefinitions().GetAdditionalProperties()),
	}, nil
}

// readMetadata lists and watches objects of which only the metadata come.
func readMetadata(ctx context.Context, c *cluster) (report, error) {
	if _, err := c.client.CoreV1().ConfigMaps(c.namespace).Create(ctx, configMap("only", "data"), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(metadata.ConfigFor(c.config))
	if err != nil {
		return nil, err
	}
	maps := client.Resource(configMaps).Namespace(c.namespace)
	found, err := maps.Get(ctx, "only", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	list, err := maps.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=only"})
	if err != nil {
		return nil, err
	}
	patched, err := maps.Patch(ctx, "only", types.MergePatchType, []byte(`{"metadata":{"labels":{"a":"b"}}}`), metav1.PatchOptions{})
	if err != nil {
		return nil, err
	}
	return report{
		"kind": found.APIVersion + " " + found.Kind, "name": found.Name, "items": len(list.Items), "labels": patched.Labels,
		"contentTypes": c.seen.contentTypes(),
	}, nil
}
