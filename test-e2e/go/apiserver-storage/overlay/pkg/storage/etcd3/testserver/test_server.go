// Package testserver gives each test an etcd server of its own. The tests of k8s.io/apiserver start an etcd in their own
// process here; ours asks the pool of servers that runs beside them.
package testserver

import (
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/kubernetes"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest"
	"google.golang.org/grpc"
	"k8s.io/apiserver/etcdpool"
	storagetesting "k8s.io/apiserver/pkg/storage/testing"
)

// NewTestConfig returns the configuration that a test may change. RunEtcd heeds the certificates for clients and the
// interval of progress notifications.
func NewTestConfig(t testing.TB) *embed.Config {
	config := embed.NewConfig()
	config.Dir = t.TempDir()
	return config
}

// RunEtcd returns a client of a fresh server, which ends with the test. A nil config is the one of NewTestConfig.
func RunEtcd(t testing.TB, config *embed.Config) *kubernetes.Client {
	t.Helper()
	if config == nil {
		config = NewTestConfig(t)
	}
	cluster, err := etcdpool.Start(1, flagsOf(config)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Remove(); err != nil {
			t.Error(err)
		}
	})
	tlsConfig, err := config.ClientTLSInfo.ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.New(clientv3.Config{
		Endpoints:   cluster.Endpoints,
		TLS:         tlsConfig,
		DialTimeout: 30 * time.Second,
		DialOptions: []grpc.DialOption{grpc.WithBlock()},
		Logger:      zaptest.NewLogger(t, zaptest.Level(zapcore.ErrorLevel)).Named("etcd-client"),
	})
	if err != nil {
		t.Fatal(err)
	}
	// Tests ask how many requests of each sort were sent.
	client.KV = storagetesting.NewKVRecorder(client.KV)
	client.Kubernetes = storagetesting.NewKubernetesRecorder(client.Kubernetes)
	return client
}

func flagsOf(config *embed.Config) []string {
	flags := []string{}
	if interval := config.WatchProgressNotifyInterval; interval != 0 {
		flags = append(flags, "--watch-progress-notify-interval="+interval.String())
	}
	if tls := config.ClientTLSInfo; !tls.Empty() {
		flags = append(flags, "--cert-file="+tls.CertFile, "--key-file="+tls.KeyFile)
		if tls.TrustedCAFile != "" {
			flags = append(flags, "--trusted-ca-file="+tls.TrustedCAFile)
		}
	}
	return flags
}
