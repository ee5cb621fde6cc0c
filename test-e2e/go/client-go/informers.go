package main

import (
	"context"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// followWithInformers starts shared informers over what exists and is told of every later change. Whether they stream
// their first list (WatchList) is decided by KUBE_FEATURE_WatchListClient.
func followWithInformers(ctx context.Context, c *cluster) (report, error) {
	maps := c.client.CoreV1().ConfigMaps(c.namespace)
	for _, name := range []string{"a", "b", "c"} {
		if _, err := maps.Create(ctx, configMap(name, "1"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	factory := informers.NewSharedInformerFactoryWithOptions(c.client, 0, informers.WithNamespace(c.namespace))
	informer := factory.Core().V1().ConfigMaps()
	var mutex sync.Mutex
	events := []string{}
	told := func(kind string, object any) {
		mutex.Lock()
		defer mutex.Unlock()
		if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = unknown.Obj
		}
		if found := object.(*corev1.ConfigMap); found.Name != "kube-root-ca.crt" {
			events = append(events, kind+" "+found.Name+"="+found.Data["value"])
		}
	}
	if _, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(object any, isInInitialList bool) {
			kind := "added"
			if isInInitialList {
				kind = "found"
			}
			told(kind, object)
		},
		UpdateFunc: func(_, object any) { told("updated", object) },
		DeleteFunc: func(object any) { told("deleted", object) },
	}); err != nil {
		return nil, err
	}
	_ = factory.Core().V1().Pods().Informer()
	_ = factory.Apps().V1().Deployments().Informer()
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	started := time.Now()
	factory.StartWithContext(stop)
	synced := factory.WaitForCacheSyncWithContext(ctx)
	syncedMs := time.Since(started).Milliseconds()
	until := func(count int) error {
		return wait.PollUntilContextTimeout(ctx, 10*time.Millisecond, 20*time.Second, true, func(context.Context) (bool, error) {
			mutex.Lock()
			defer mutex.Unlock()
			return len(events) >= count, nil
		})
	}
	if err := until(3); err != nil {
		return nil, err
	}
	if _, err := maps.Create(ctx, configMap("d", "1"), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	if _, err := maps.Update(ctx, configMap("a", "2"), metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, "b", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	if err := until(6); err != nil {
		return nil, err
	}
	cached, err := informer.Lister().ConfigMaps(c.namespace).List(labels.Everything())
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, found := range cached {
		names[found.Name] = true
	}
	delete(names, "kube-root-ca.crt")
	mutex.Lock()
	defer mutex.Unlock()
	return report{
		"events":       events,
		"cached":       len(names),
		"synced":       synced.Err == nil,
		"syncedMs":     syncedMs,
		"streamed":     c.seen.countQueries(func(query string) bool { return strings.Contains(query, "sendInitialEvents=true") }) > 0,
		"listed":       c.seen.countQueries(func(query string) bool { return strings.Contains(query, "limit=500") }) > 0,
		"contentTypes": c.seen.contentTypes(),
	}, nil
}
