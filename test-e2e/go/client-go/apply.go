package main

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	metaac "k8s.io/client-go/applyconfigurations/meta/v1"
)

// applyConfigurations lets two managers share a Deployment, disagree, and take over.
func applyConfigurations(ctx context.Context, c *cluster) (report, error) {
	deployments := c.client.AppsV1().Deployments(c.namespace)
	labels := map[string]string{"app": "applied"}
	wanted := func(replicas int32, image string) *appsac.DeploymentApplyConfiguration {
		return appsac.Deployment("applied", c.namespace).WithSpec(appsac.DeploymentSpec().
			WithReplicas(replicas).
			WithSelector(metaac.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(coreac.PodTemplateSpec().WithLabels(labels).WithSpec(coreac.PodSpec().
				WithContainers(coreac.Container().WithName("web").WithImage(image)))))
	}
	created, err := deployments.Apply(ctx, wanted(1, "nginx:1"), metav1.ApplyOptions{FieldManager: "first"})
	if err != nil {
		return nil, err
	}
	same, err := deployments.Apply(ctx, wanted(1, "nginx:1"), metav1.ApplyOptions{FieldManager: "first"})
	if err != nil {
		return nil, err
	}
	_, refused := deployments.Apply(ctx, wanted(2, "nginx:1"), metav1.ApplyOptions{FieldManager: "second"})
	message := ""
	if refused != nil {
		message = refused.Error()
	}
	forced, err := deployments.Apply(ctx, wanted(2, "nginx:1"), metav1.ApplyOptions{FieldManager: "second", Force: true})
	if err != nil {
		return nil, err
	}
	// Of the first, only what it alone still says is its own.
	extracted, err := appsac.ExtractDeployment(forced, "first")
	if err != nil {
		return nil, err
	}
	labelled, err := deployments.Apply(ctx, appsac.Deployment("applied", c.namespace).WithLabels(map[string]string{"third": "yes"}), metav1.ApplyOptions{FieldManager: "third"})
	if err != nil {
		return nil, err
	}
	managers := []string{}
	for _, entry := range labelled.ManagedFields {
		managers = append(managers, entry.Manager+" "+string(entry.Operation)+" "+entry.Subresource)
	}
	return report{
		"unchanged":        created.ResourceVersion == same.ResourceVersion,
		"conflict":         apierrors.IsConflict(refused),
		"message":          message,
		"replicas":         *forced.Spec.Replicas,
		"firstHasReplicas": extracted.Spec != nil && extracted.Spec.Replicas != nil,
		"firstHasTemplate": extracted.Spec != nil && extracted.Spec.Template != nil,
		"managers":         managers,
	}, nil
}
