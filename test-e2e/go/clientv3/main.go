// A program on etcd's clientv3: reads what is large, and reports what came as JSON.
//
//	clientv3 ENDPOINT list PREFIX | watch PREFIX REVISION EVENTS | snapshot
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

type report struct {
	Items     int   `json:"items"`
	Bytes     int   `json:"bytes"`
	Responses int   `json:"responses"`
	Revision  int64 `json:"revision"`
}

func main() {
	result, err := run(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

func run(endpoint, what string, args []string) (report, error) {
	// As kube-apiserver sets its client up.
	client, err := clientv3.New(clientv3.Config{
		Endpoints:            []string{endpoint},
		DialTimeout:          20 * time.Second,
		DialKeepAliveTime:    30 * time.Second,
		DialKeepAliveTimeout: 10 * time.Second,
	})
	if err != nil {
		return report{}, err
	}
	defer client.Close()
	// No retries hide that a connection was lost: a request has this one chance, and a watch on the same connection sees it.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	switch what {
	case "list":
		return list(ctx, client, args[0])
	case "watch":
		revision, _ := strconv.ParseInt(args[1], 10, 64)
		events, _ := strconv.Atoi(args[2])
		return watch(ctx, client, args[0], revision, events)
	case "snapshot":
		return snapshot(ctx, client)
	}
	return report{}, fmt.Errorf("nothing is known of %q", what)
}

func list(ctx context.Context, client *clientv3.Client, prefix string) (report, error) {
	response, err := client.Get(ctx, prefix, clientv3.WithPrefix())
	if err != nil {
		return report{}, err
	}
	result := report{Items: len(response.Kvs), Responses: 1, Revision: response.Header.Revision}
	for _, kv := range response.Kvs {
		result.Bytes += len(kv.Value)
	}
	return result, nil
}

func watch(ctx context.Context, client *clientv3.Client, prefix string, revision int64, events int) (report, error) {
	result := report{}
	for response := range client.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(revision)) {
		if err := response.Err(); err != nil {
			return result, err
		}
		result.Responses++
		result.Revision = response.Header.Revision
		for _, event := range response.Events {
			result.Items++
			result.Bytes += len(event.Kv.Value)
		}
		if result.Items >= events {
			return result, nil
		}
	}
	return result, ctx.Err()
}

func snapshot(ctx context.Context, client *clientv3.Client) (report, error) {
	response, err := client.SnapshotWithVersion(ctx)
	if err != nil {
		return report{}, err
	}
	defer response.Snapshot.Close()
	bytes, err := io.Copy(io.Discard, response.Snapshot)
	return report{Bytes: int(bytes), Responses: 1}, err
}
