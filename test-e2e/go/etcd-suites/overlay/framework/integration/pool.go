package integration

import (
	cryptotls "crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"

	"go.etcd.io/etcd/client/pkg/v3/testutil"
	"go.etcd.io/etcd/tests/v3/etcdpool"
)

// The clusters of this framework keep their members, with raft and their peers, but what clients connect to is served by the
// pool: each member's gRPC listener is piped to a server of the pool, all of which share one store. A member that stops stops
// its server.

// served is the server of one member.
type served struct {
	cluster *etcdpool.Cluster
	index   int
	stopped bool
}

var (
	servedMembers   = map[*Member]*served{}
	servedMembersMu sync.Mutex
)

// isPooled tells whether clients talk to the pool.
func isPooled() bool {
	return os.Getenv("PG8S_POOL_URL") != ""
}

// serveByPool starts the servers of all members of a cluster that was not launched yet.
func serveByPool(t testutil.TB, c *Cluster) {
	cluster, err := etcdpool.Start(len(c.Members), poolFlags(c.Cfg)...)
	if err != nil {
		t.Fatalf("the pool: %v", err)
	}
	servedMembersMu.Lock()
	defer servedMembersMu.Unlock()
	for i, m := range c.Members {
		servedMembers[m] = &served{cluster: cluster, index: i}
	}
	members := append([]*Member{}, c.Members...)
	t.Cleanup(func() {
		servedMembersMu.Lock()
		defer servedMembersMu.Unlock()
		for _, m := range members {
			delete(servedMembers, m)
		}
		if err := cluster.Remove(); err != nil {
			t.Errorf("the pool: %v", err)
		}
	})
}

// tlsVersions has the values of etcd's flags.
var tlsVersions = map[uint16]string{cryptotls.VersionTLS12: "TLS1.2", cryptotls.VersionTLS13: "TLS1.3"}

func poolFlags(cfg *ClusterConfig) []string {
	flags := []string{"--bcrypt-cost=4"}
	add := func(given bool, name string, value any) {
		if given {
			flags = append(flags, fmt.Sprintf("--%s=%v", name, value))
		}
	}
	add(cfg.MaxTxnOps != 0, "max-txn-ops", cfg.MaxTxnOps)
	add(cfg.MaxRequestBytes != 0, "max-request-bytes", cfg.MaxRequestBytes)
	add(cfg.QuotaBackendBytes != 0, "quota-backend-bytes", cfg.QuotaBackendBytes)
	add(cfg.AuthToken != "", "auth-token", cfg.AuthToken)
	add(cfg.GRPCKeepAliveMinTime != 0, "grpc-keepalive-min-time", cfg.GRPCKeepAliveMinTime)
	add(cfg.GRPCKeepAliveInterval != 0, "grpc-keepalive-interval", cfg.GRPCKeepAliveInterval)
	add(cfg.GRPCKeepAliveTimeout != 0, "grpc-keepalive-timeout", cfg.GRPCKeepAliveTimeout)
	add(cfg.WatchProgressNotifyInterval != 0, "watch-progress-notify-interval", cfg.WatchProgressNotifyInterval)
	if tls := cfg.ClientTLS; tls != nil {
		add(true, "cert-file", tls.CertFile)
		add(true, "key-file", tls.KeyFile)
		add(tls.TrustedCAFile != "", "trusted-ca-file", tls.TrustedCAFile)
		add(tls.ClientCertAuth, "client-cert-auth", true)
		suites := []string{}
		for _, id := range tls.CipherSuites {
			suites = append(suites, cryptotls.CipherSuiteName(id))
		}
		add(len(suites) > 0, "cipher-suites", strings.Join(suites, ","))
		add(tls.MinVersion != 0, "tls-min-version", tlsVersions[tls.MinVersion])
		add(tls.MaxVersion != 0, "tls-max-version", tlsVersions[tls.MaxVersion])
	}
	return flags
}

// serveGRPC serves what the member listens on for clients, until it is closed.
func (m *Member) serveGRPC() {
	servedMembersMu.Lock()
	s := servedMembers[m]
	servedMembersMu.Unlock()
	if s == nil {
		go m.GRPCServer.Serve(m.GRPCListener)
		return
	}
	if s.stopped {
		if err := s.cluster.StartMember(s.index); err != nil {
			m.Logger.Panic(err.Error())
		}
		s.stopped = false
	}
	pipes := newPipes()
	listener := m.GRPCListener
	m.ServerClosers = append(m.ServerClosers, func() {
		listener.Close()
		pipes.close()
		// At the end of a test the whole cluster is removed.
		if err := s.cluster.StopMember(s.index); err == nil {
			s.stopped = true
		}
	})
	address := addressOf(s.cluster.Endpoints[s.index])
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go pipes.connect(in, address)
		}
	}()
}

func addressOf(endpoint string) string {
	_, address, _ := strings.Cut(endpoint, "://")
	return address
}

// pipes are the connections of a member's clients.
type pipes struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
	wg     sync.WaitGroup
}

func newPipes() *pipes {
	return &pipes{open: map[net.Conn]struct{}{}}
}

// hold returns false, and closes the connection, when the member was closed.
func (p *pipes) hold(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		conn.Close()
		return false
	}
	p.open[conn] = struct{}{}
	p.wg.Add(1)
	return true
}

func (p *pipes) release(conn net.Conn) {
	conn.Close()
	p.mu.Lock()
	delete(p.open, conn)
	p.mu.Unlock()
	p.wg.Done()
}

func (p *pipes) connect(in net.Conn, address string) {
	if !p.hold(in) {
		return
	}
	defer p.release(in)
	out, err := net.Dial("tcp", address)
	if err != nil || !p.hold(out) {
		return
	}
	defer p.release(out)
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(out, in)
		out.Close()
		in.Close()
	}()
	io.Copy(in, out)
	in.Close()
	out.Close()
	<-done
}

func (p *pipes) close() {
	p.mu.Lock()
	p.closed = true
	for conn := range p.open {
		conn.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
}
