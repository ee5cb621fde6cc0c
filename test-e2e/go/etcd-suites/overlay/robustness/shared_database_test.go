package robustness

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"go.etcd.io/etcd/tests/v3/framework/e2e"
	"go.etcd.io/etcd/tests/v3/robustness/failpoint"
	"go.etcd.io/etcd/tests/v3/robustness/model"
	"go.etcd.io/etcd/tests/v3/robustness/report"
	"go.etcd.io/etcd/tests/v3/robustness/scenarios"
	"go.etcd.io/etcd/tests/v3/robustness/traffic"
	"go.etcd.io/etcd/tests/v3/robustness/validate"
)

// The tests are TestRobustnessExploratory for three servers on one database, of which some are killed: the same traffic, failpoint,
// models and validation. These servers have no write-ahead log, from which the requests that were persisted are read there; here
// they are taken from what clients and watchers saw.

func TestSharedDatabaseEtcdHighTraffic(t *testing.T) {
	testSharedDatabase(t, traffic.EtcdPut, traffic.HighTrafficProfile)
}

func TestSharedDatabaseEtcdTrafficDeleteLeases(t *testing.T) {
	testSharedDatabase(t, traffic.EtcdPutDeleteLease, traffic.LowTraffic)
}

func TestSharedDatabaseKubernetesHighTraffic(t *testing.T) {
	testSharedDatabase(t, traffic.Kubernetes, traffic.HighTrafficProfile)
}

func TestSharedDatabaseKubernetesLowTraffic(t *testing.T) {
	testSharedDatabase(t, traffic.Kubernetes, traffic.LowTraffic)
}

func testSharedDatabase(t *testing.T, load traffic.Traffic, profile traffic.Profile) {
	testRunner.BeforeTest(t)
	e2e.EtcdServerReadyLines = []string{"serving client traffic"}
	// 200 ms and 100 requests a second are for machines that do nothing else.
	traffic.RequestTimeout = 5 * time.Second
	WaitBeforeFailpoint, WaitAfterFailpoint = 5*time.Second, 5*time.Second
	profile.MinimalQPS = 5
	lg := zaptest.NewLogger(t)
	s := scenarios.TestScenario{
		Name:      t.Name(),
		Failpoint: failpoint.KillFailpoint,
		Traffic:   load,
		Profile:   profile,
		Cluster: *e2e.NewConfig(
			e2e.WithClusterSize(3),
			e2e.WithBasePort(41000+rand.Intn(1000)*15),
			e2e.WithExperimentalWatchProcessNotifyInterval(100*time.Millisecond),
		),
	}
	s.Cluster.Logger = lg
	ctx := context.Background()
	c, err := e2e.NewEtcdProcessCluster(ctx, t, e2e.WithConfig(&s.Cluster))
	require.NoError(t, err)
	defer forcestopCluster(c)
	reports := runScenario(ctx, t, s, lg, c)
	// What clients saw is kept in RESULTS_DIR when the test fails; the members have no data of their own.
	kept := report.TestReport{Logger: lg, Cluster: &e2e.EtcdProcessCluster{}, Client: reports}
	defer func() { kept.Report(t, false) }()
	persisted, err := requestsSeen(reports)
	require.NoError(t, err)
	t.Logf("%d requests were persisted", len(persisted))
	config := validate.Config{ExpectRevisionUnique: s.Traffic.ExpectUniqueRevision()}
	kept.Visualize = validate.ValidateAndReturnVisualize(t, lg, config, reports, persisted, linearizationLimit())
}

// linearizationLimit is for how long a linearization is looked for: on a busy machine that can take minutes.
func linearizationLimit() time.Duration {
	if limit, err := time.ParseDuration(os.Getenv("PG8S_LINEARIZATION_LIMIT")); err == nil {
		return limit
	}
	return 10 * time.Minute
}

// placed is a request at its place in the history: those that made a revision are before those that were answered at it.
type placed struct {
	revision int64
	// made tells that the request made that revision.
	made    bool
	call    int64
	request model.EtcdRequest
}

// unanswered is a request whose client does not know whether it took effect.
type unanswered struct {
	call    int64
	request model.EtcdRequest
}

// requestsSeen returns the requests that took effect, in order. A request that got no answer did so when watchers saw an event
// that it explains, and no answered one does. It fails when there is a revision that no request explains.
func requestsSeen(reports []report.ClientReport) ([]model.EtcdRequest, error) {
	history := []placed{}
	failed := []unanswered{}
	made := map[int64]bool{}
	// leases has those that a key was ever put with.
	leases := map[string][]int64{}
	for _, r := range reports {
		for _, op := range r.KeyValue {
			request, response := op.Input.(model.EtcdRequest), op.Output.(model.MaybeEtcdResponse)
			if request.IsRead() || response.ClientError != "" {
				continue
			}
			if request.Type == model.Txn {
				for _, one := range request.Txn.OperationsOnSuccess {
					if one.Type == model.PutOperation && one.Put.LeaseID != 0 {
						leases[one.Put.Key] = append(leases[one.Put.Key], one.Put.LeaseID)
					}
				}
			}
			if response.Error != "" {
				failed = append(failed, unanswered{op.Call, request})
				continue
			}
			if request.Type == model.Compact {
				// What a client could read after it is checked by the model; its place does not matter to what follows here.
				history = append(history, placed{request.Compact.Revision, false, op.Call, request})
				continue
			}
			wrote := changes(request, response)
			if wrote {
				if made[response.Revision] {
					return nil, fmt.Errorf("two requests made revision %d", response.Revision)
				}
				made[response.Revision] = true
			}
			history = append(history, placed{response.Revision, wrote, op.Call, request})
		}
	}
	events := eventsByRevision(reports)
	revisions := []int64{}
	for revision := range events {
		revisions = append(revisions, revision)
	}
	slices.Sort(revisions)
	// Of two that would do the same, the one that was sent first certainly was on its way.
	sort.SliceStable(failed, func(i, j int) bool { return failed[i].call < failed[j].call })
	modified := map[string]int64{}
	for n, revision := range revisions {
		if n > 0 {
			follow(modified, events[revisions[n-1]])
		}
		if made[revision] {
			continue
		}
		if i := revocationAt(history, revision, made); i >= 0 {
			history[i].made = true
			made[revision] = true
			continue
		}
		i := slices.IndexFunc(failed, func(one unanswered) bool {
			return holds(one.request, modified) && explains(one.request, events[revision], leases)
		})
		if i < 0 {
			return nil, fmt.Errorf("no request made revision %d: %+v", revision, events[revision])
		}
		history = append(history, placed{revision, true, failed[i].call, failed[i].request})
		made[revision] = true
		failed = slices.Delete(failed, i, i+1)
	}
	sort.SliceStable(history, func(i, j int) bool {
		a, b := history[i], history[j]
		if a.revision != b.revision {
			return a.revision < b.revision
		}
		if a.made != b.made {
			return a.made
		}
		return a.call < b.call
	})
	requests := make([]model.EtcdRequest, 0, len(history))
	expected := int64(2)
	for _, one := range history {
		if one.made {
			if one.revision != expected {
				return nil, fmt.Errorf("revision %d is followed by %d", expected-1, one.revision)
			}
			expected++
		}
		requests = append(requests, one.request)
	}
	return requests, nil
}

// changes tells whether a request that was answered made the revision of its answer; of a revoked lease the answer does not tell.
func changes(request model.EtcdRequest, response model.MaybeEtcdResponse) bool {
	if request.Type != model.Txn {
		return false
	}
	operations := request.Txn.OperationsOnSuccess
	if response.Txn.Failure {
		operations = request.Txn.OperationsOnFailure
	}
	for i, operation := range operations {
		if operation.Type == model.PutOperation || response.Txn.Results[i].Deleted > 0 {
			return true
		}
	}
	return false
}

// revocationAt returns the lease that was revoked with that revision in the answer, or -1.
func revocationAt(history []placed, revision int64, made map[int64]bool) int {
	return slices.IndexFunc(history, func(one placed) bool {
		return one.revision == revision && one.request.Type == model.LeaseRevoke && !made[revision]
	})
}

func eventsByRevision(reports []report.ClientReport) map[int64][]model.WatchEvent {
	events := map[int64][]model.WatchEvent{}
	for _, r := range reports {
		for _, watch := range r.Watch {
			// Others see only some of a revision's events.
			if watch.Request.Key != "" || !watch.Request.WithPrefix {
				continue
			}
			for _, response := range watch.Responses {
				seen := map[int64][]model.WatchEvent{}
				for _, event := range response.Events {
					seen[event.Revision] = append(seen[event.Revision], event)
				}
				for revision, those := range seen {
					events[revision] = those
				}
			}
		}
	}
	return events
}

// follow keeps the revision at which each key that exists was changed last.
func follow(modified map[string]int64, events []model.WatchEvent) {
	for _, event := range events {
		if event.Type == model.DeleteOperation {
			delete(modified, event.Key)
		} else {
			modified[event.Key] = event.Revision
		}
	}
}

// holds tells whether the conditions of a transaction about revisions were met.
func holds(request model.EtcdRequest, modified map[string]int64) bool {
	return request.Type != model.Txn || !slices.ContainsFunc(request.Txn.Conditions, func(one model.EtcdCondition) bool {
		return one.ExpectedVersion == 0 && one.ExpectedRevision != modified[one.Key]
	})
}

// explains tells whether a request has just these events.
func explains(request model.EtcdRequest, events []model.WatchEvent, leases map[string][]int64) bool {
	switch request.Type {
	case model.LeaseRevoke:
		return !slices.ContainsFunc(events, func(event model.WatchEvent) bool {
			return event.Type != model.DeleteOperation || !slices.Contains(leases[event.Key], request.LeaseRevoke.LeaseID)
		})
	case model.Txn:
		return describe(request.Txn.OperationsOnSuccess) == describeEvents(events)
	}
	return false
}

func describe(operations []model.EtcdOperation) string {
	lines := []string{}
	for _, one := range operations {
		switch one.Type {
		case model.PutOperation:
			lines = append(lines, fmt.Sprintf("put %s %+v", one.Put.Key, one.Put.Value))
		case model.DeleteOperation:
			lines = append(lines, "delete "+one.Delete.Key)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func describeEvents(events []model.WatchEvent) string {
	lines := []string{}
	for _, one := range events {
		if one.Type == model.PutOperation {
			lines = append(lines, fmt.Sprintf("put %s %+v", one.Key, one.Value))
		} else {
			lines = append(lines, "delete "+one.Key)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
