// Package etcdpool asks for fresh etcd servers: the client of test-e2e/src/suites/etcd-pool.ts, whose address is in
// PG8S_POOL_URL. It is laid into the copies of modules whose tests run against pg8s.
package etcdpool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

// Cluster is some servers with one store.
type Cluster struct {
	ID string `json:"id"`
	// Endpoints has the URL of each server.
	Endpoints []string `json:"endpoints"`
}

// Tests look for goroutines that are left, as those of idle connections are.
var client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Start returns when that many fresh servers serve, each with these flags of etcd (--name=value).
func Start(members int, flags ...string) (*Cluster, error) {
	request, err := json.Marshal(map[string]any{"members": members, "flags": flags})
	if err != nil {
		return nil, err
	}
	answer, err := ask(http.MethodPost, "/clusters", request)
	if err != nil {
		return nil, err
	}
	cluster := &Cluster{}
	return cluster, json.Unmarshal(answer, cluster)
}

// Remove stops the servers, and removes what they stored.
func (c *Cluster) Remove() error {
	_, err := ask(http.MethodDelete, "/clusters/"+c.ID, nil)
	return err
}

// StartMember starts a server again that was stopped; it keeps its address.
func (c *Cluster) StartMember(index int) error {
	return c.askMember(index, "start")
}

// StopMember stops one of the servers.
func (c *Cluster) StopMember(index int) error {
	return c.askMember(index, "stop")
}

func (c *Cluster) askMember(index int, verb string) error {
	_, err := ask(http.MethodPost, fmt.Sprintf("/clusters/%s/members/%d/%s", c.ID, index, verb), nil)
	return err
}

func ask(method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, os.Getenv("PG8S_POOL_URL")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("the pool of etcd servers: %s: %s", response.Status, answer)
	}
	return answer, err
}
