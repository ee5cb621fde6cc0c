// Command client-go is a program as people write them with client-go: it uses a cluster, given by KUBECONFIG, in the ways
// named as arguments, and prints one line of JSON for each, which the test beside it judges.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// report is what a check has seen; the test knows what it must be.
type report map[string]any

type check func(ctx context.Context, c *cluster) (report, error)

var checks = map[string]check{
	"typed":           useTypedClient,
	"pages":           readPages,
	"informers":       followWithInformers,
	"leader-election": electLeaders,
	"dynamic":         useDynamicClient,
	"discovery":       discover,
	"apply":           applyConfigurations,
	"eviction":        evict,
	"token":           requestToken,
	"tables":          readTables,
	"metadata":        readMetadata,
	"events":          recordEvents,
}

// cluster is one namespace of a cluster, for one check.
type cluster struct {
	config    *rest.Config
	client    kubernetes.Interface
	seen      *seenRequests
	namespace string
}

func main() {
	encoder := json.NewEncoder(os.Stdout)
	failed := false
	for _, name := range os.Args[1:] {
		ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
		result, err := run(ctx, name)
		cancel()
		line := map[string]any{"check": name, "report": result}
		if err != nil {
			line["error"] = err.Error()
			failed = true
		}
		_ = encoder.Encode(line)
	}
	if failed {
		os.Exit(1)
	}
}

func run(ctx context.Context, name string) (report, error) {
	what, ok := checks[name]
	if !ok {
		return nil, fmt.Errorf("there is no check %q", name)
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	// What stock controllers speak.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.QPS, config.Burst = 200, 400
	seen := &seenRequests{}
	config.Wrap(seen.wrap)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	namespace, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: name + "-"},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	return what(ctx, &cluster{config, client, seen, namespace.Name})
}
