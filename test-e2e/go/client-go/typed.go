package main

import (
	"context"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
	"strconv"
)

// useTypedClient creates, reads, updates, patches, scales and deletes, and meets every common error.
func useTypedClient(ctx context.Context, c *cluster) (report, error) {
	deployments := c.client.AppsV1().Deployments(c.namespace)
	created, err := deployments.Create(ctx, deployment("web", 1), metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	_, again := deployments.Create(ctx, deployment("web", 1), metav1.CreateOptions{})
	_, missing := deployments.Get(ctx, "missing", metav1.GetOptions{})
	if _, err := c.runningPods(ctx, "web", 1); err != nil {
		return nil, err
	}
	stale := created.DeepCopy()
	stale.Annotations = map[string]string{"stale": "yes"}
	if _, err := deployments.Patch(ctx, "web", types.StrategicMergePatchType, []byte(`{"metadata":{"labels":{"patched":"yes"}}}`), metav1.PatchOptions{}); err != nil {
		return nil, err
	}
	_, conflict := deployments.Update(ctx, stale, metav1.UpdateOptions{})
	if err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		current, err := deployments.Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.Spec.Template.Spec.Containers[0].Image = "nginx:2"
		_, err = deployments.Update(ctx, current, metav1.UpdateOptions{})
		return err
	}); err != nil {
		return nil, err
	}
	_, invalid := deployments.Create(ctx, deployment("Not_A_Name", 1), metav1.CreateOptions{})
	scale, err := deployments.UpdateScale(ctx, "web", &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: c.namespace},
		Spec:       autoscalingv1.ScaleSpec{Replicas: 3},
	}, metav1.UpdateOptions{})
	if err != nil {
		return nil, err
	}
	pods, err := c.runningPods(ctx, "web", 3)
	if err != nil {
		return nil, err
	}
	foreground := metav1.DeletePropagationForeground
	if err := deployments.Delete(ctx, "web", metav1.DeleteOptions{PropagationPolicy: &foreground}); err != nil {
		return nil, err
	}
	if _, err := c.runningPods(ctx, "web", 0); err != nil {
		return nil, err
	}
	causes := []string{}
	var status apierrors.APIStatus
	if s, ok := invalid.(apierrors.APIStatus); ok {
		status = s
		for _, cause := range status.Status().Details.Causes {
			causes = append(causes, cause.Field)
		}
	}
	return report{
		"alreadyExists": apierrors.IsAlreadyExists(again),
		"notFound":      apierrors.IsNotFound(missing),
		"conflict":      apierrors.IsConflict(conflict),
		"invalid":       apierrors.IsInvalid(invalid),
		"causes":        causes,
		"scale":         scale.Spec.Replicas,
		"pods":          len(pods),
		"qosClass":      string(pods[0].Status.QOSClass),
		"generation":    created.Generation,
		"uid":           len(created.UID),
		"contentTypes":  c.seen.contentTypes(),
	}, nil
}

// readPages makes 25 objects and reads them ten at a time.
func readPages(ctx context.Context, c *cluster) (report, error) {
	maps := c.client.CoreV1().ConfigMaps(c.namespace)
	for index := range 25 {
		if _, err := maps.Create(ctx, configMap("page-"+strconv.Itoa(100+index), "v"), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	pages, revisions, remaining := []int{}, map[string]bool{}, []int64{}
	options := metav1.ListOptions{Limit: 10, LabelSelector: ""}
	for {
		list, err := maps.List(ctx, options)
		if err != nil {
			return nil, err
		}
		pages = append(pages, len(list.Items))
		revisions[list.ResourceVersion] = true
		if list.RemainingItemCount != nil {
			remaining = append(remaining, *list.RemainingItemCount)
		}
		if list.Continue == "" {
			break
		}
		// What is written in between is not part of the list.
		if _, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "page-later-"}}, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
		options.Continue = list.Continue
	}
	paged := 0
	all := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
		return maps.List(ctx, options)
	}))
	all.PageSize = 4
	if err := all.EachListItem(ctx, metav1.ListOptions{}, func(runtime.Object) error { paged++; return nil }); err != nil {
		return nil, err
	}
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{FieldSelector: "metadata.name!=page-100"}); err != nil {
		return nil, err
	}
	left, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return report{"pages": pages, "revisions": len(revisions), "remaining": remaining, "paged": paged, "left": len(left.Items)}, nil
}
