package main

import (
	"context"
	"encoding/json"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/ptr"
)

// evict asks for Pods to leave: one that may, and one that a PodDisruptionBudget keeps.
func evict(ctx context.Context, c *cluster) (report, error) {
	for _, name := range []string{"free", "kept"} {
		if _, err := c.client.AppsV1().Deployments(c.namespace).Create(ctx, deployment(name, 1), metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	budgets := c.client.PolicyV1().PodDisruptionBudgets(c.namespace)
	if _, err := budgets.Create(ctx, &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: "kept"},
		Spec: policyv1.PodDisruptionBudgetSpec{
			MinAvailable: ptr.To(intstr.FromInt32(1)),
			Selector:     &metav1.LabelSelector{MatchLabels: map[string]string{"app": "kept"}},
		},
	}, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	pods := c.client.CoreV1().Pods(c.namespace)
	eviction := func(pod corev1.Pod) error {
		return pods.EvictV1(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: c.namespace}})
	}
	kept, err := c.runningPods(ctx, "kept", 1)
	if err != nil {
		return nil, err
	}
	free, err := c.runningPods(ctx, "free", 1)
	if err != nil {
		return nil, err
	}
	refused := eviction(kept[0])
	if err := eviction(free[0]); err != nil {
		return nil, err
	}
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 40*time.Second, true, func(ctx context.Context) (bool, error) {
		_, err := pods.Get(ctx, free[0].Name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
	if err != nil {
		return nil, err
	}
	replaced, err := c.runningPods(ctx, "free", 1)
	if err != nil {
		return nil, err
	}
	missing := eviction(free[0])
	return report{
		"tooMany":  apierrors.IsTooManyRequests(refused),
		"replaced": replaced[0].UID != free[0].UID,
		"notFound": apierrors.IsNotFound(missing),
	}, nil
}

// requestToken becomes a service account by a token, and asks who it is and what it may do.
func requestToken(ctx context.Context, c *cluster) (report, error) {
	accounts := c.client.CoreV1().ServiceAccounts(c.namespace)
	if _, err := accounts.Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	answer, err := accounts.CreateToken(ctx, "robot", &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: ptr.To(int64(3600))},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	config := rest.AnonymousClientConfig(c.config)
	config.BearerToken = answer.Status.Token
	robot, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	self, err := robot.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	_, denied := robot.CoreV1().Secrets(c.namespace).List(ctx, metav1.ListOptions{})
	config.BearerToken = "nonsense"
	stranger, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	_, unknown := stranger.CoreV1().Secrets(c.namespace).List(ctx, metav1.ListOptions{})
	return report{
		"user":         self.Status.UserInfo.Username == "system:serviceaccount:"+c.namespace+":robot",
		"groups":       len(self.Status.UserInfo.Groups),
		"lifetime":     int(time.Until(answer.Status.ExpirationTimestamp.Time).Round(time.Minute).Minutes()),
		"forbidden":    apierrors.IsForbidden(denied),
		"unauthorized": apierrors.IsUnauthorized(unknown),
	}, nil
}

// readTables reads what kubectl prints.
func readTables(ctx context.Context, c *cluster) (report, error) {
	if _, err := c.client.AppsV1().Deployments(c.namespace).Create(ctx, deployment("table", 1), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	if _, err := c.runningPods(ctx, "table", 1); err != nil {
		return nil, err
	}
	table := &metav1.Table{}
	raw, err := c.client.CoreV1().RESTClient().Get().Namespace(c.namespace).Resource("pods").
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json").Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, table); err != nil {
		return nil, err
	}
	columns := []string{}
	for _, column := range table.ColumnDefinitions {
		columns = append(columns, column.Name)
	}
	return report{"columns": columns, "rows": len(table.Rows), "status": table.Rows[0].Cells[2]}, nil
}

// recordEvents says something about an object, twice, as controllers do.
func recordEvents(ctx context.Context, c *cluster) (report, error) {
	object, err := c.client.CoreV1().ConfigMaps(c.namespace).Create(ctx, configMap("subject", "v"), metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&corev1client.EventSinkImpl{Interface: c.client.CoreV1().Events(c.namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "tester"})
	recorder.Event(object, corev1.EventTypeWarning, "Tested", "it was tested")
	recorder.Event(object, corev1.EventTypeWarning, "Tested", "it was tested")
	var found *corev1.EventList
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 20*time.Second, true, func(ctx context.Context) (bool, error) {
		list, err := c.client.CoreV1().Events(c.namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=subject,reason=Tested"})
		found = list
		return err == nil && len(list.Items) == 1 && list.Items[0].Count == 2, err
	})
	if err != nil {
		return nil, err
	}
	newer, err := c.client.EventsV1().Events(c.namespace).List(ctx, metav1.ListOptions{FieldSelector: "reason=Tested"})
	if err != nil {
		return nil, err
	}
	return report{"count": found.Items[0].Count, "component": found.Items[0].Source.Component, "note": newer.Items[0].Note}, nil
}
