import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import { sharedFlags } from '@pg8s/k8s-proto/component-base/shared-flags';
import { auditFlags } from './audit-flags.ts';
import { frontProxyFlags } from './front-proxy-flags.ts';
import { ignoredFlags } from './ignored-flags.ts';
import { refusedFlags } from './refused-flags.ts';

const { string: flag, boolean, duration, int, list } = inEffect;

/** `--storage-media-type` as it is by default. */
export const protobuf = 'application/vnd.kubernetes.protobuf';

const servedFlags: readonly ComponentFlag[] = [
  list('etcd-servers', '', 'URLs of etcd, separated by commas.'),
  list(
    'etcd-servers-overrides',
    '',
    'Another etcd for some resources: group/resource#URL;URL, as in /events#http://127.0.0.1:2479.',
  ),
  flag('etcd-cafile', '', 'Certificate authority of the etcd servers.'),
  flag('etcd-certfile', '', 'Client certificate for etcd.'),
  flag('etcd-keyfile', '', 'Private key of that certificate.'),
  flag('etcd-prefix', '/registry', 'Where objects are kept in etcd.'),
  duration('etcd-compaction-interval', '5m0s', 'How often old revisions are compacted; 0: never.'),
  duration('etcd-healthcheck-timeout', '2s', 'How long the health checks wait for etcd.'),
  duration('etcd-readycheck-timeout', '2s', 'How long /readyz waits for etcd.'),
  int('lease-reuse-duration-seconds', '60', 'For how long events share one lease.'),
  flag('storage-backend', '', 'Only etcd3.'),
  flag('encryption-provider-config', '', 'How values are encrypted in etcd: an EncryptionConfiguration.'),
  boolean(
    'encryption-provider-config-automatic-reload',
    'false',
    'Whether that file is read again when it changes.',
  ),
  flag('storage-media-type', protobuf, 'Form of stored objects: protobuf or application/json.'),
  int('secure-port', '6443', 'Port to serve HTTPS on; 0: any free port.'),
  flag('bind-address', '127.0.0.1', 'Address to serve on.'),
  flag('advertise-address', '', 'IP at which others reach the server. Default: the bind address.'),
  flag('external-hostname', '', 'Host name of this server in discovery documents.'),
  boolean('permit-port-sharing', 'false', 'Several servers may listen on one port (SO_REUSEPORT).'),
  boolean('disable-http2-serving', 'false', 'Serve HTTP/1.1 only.'),
  int('http2-max-streams-per-connection', '0', 'Most requests at once on an HTTP/2 connection; 0: 250.'),
  flag(
    'cert-dir',
    '/var/run/kubernetes',
    'Where apiserver.crt and apiserver.key are, or are made, without --tls-cert-file.',
  ),
  flag('tls-min-version', '', 'VersionTLS12 (the default) or VersionTLS13; older ones are refused.'),
  list('tls-cipher-suites', '', 'Cipher suites for TLS 1.2, by their Go names. Default: those of Node.'),
  list('tls-curve-preferences', '[]', 'Key exchanges by Go CurveID: 23, 24, 25, 29, 4588. Default: of Node.'),
  flag('tls-cert-file', '', 'Serving certificate, with its intermediates.'),
  flag('tls-private-key-file', '', 'Private key of that certificate.'),
  ...frontProxyFlags,
  ...auditFlags,
  flag('kubelet-client-certificate', '', 'Client certificate for kubelets.'),
  flag('kubelet-client-key', '', 'Private key of that certificate.'),
  flag(
    'kubelet-certificate-authority',
    '',
    'Who signs certificates of kubelets. Default: they are not checked.',
  ),
  list(
    'kubelet-preferred-address-types',
    '[Hostname,InternalDNS,InternalIP,ExternalDNS,ExternalIP]',
    'Which address of a Node is called: the first type that it has.',
  ),
  duration('kubelet-timeout', '5s', 'How long a connection to a kubelet may take to be made.'),
  flag(
    'client-ca-file',
    '',
    'Certificate authority of client certificates: CN is the user, O are the groups.',
  ),
  flag('token-auth-file', '', 'CSV file of tokens: token,user,uid,"group1,group2".'),
  flag('authentication-token-webhook-config-file', '', 'Kubeconfig of a webhook that is asked about tokens.'),
  flag('authentication-token-webhook-version', 'v1beta1', 'Version of its TokenReviews: v1 or v1beta1.'),
  duration('authentication-token-webhook-cache-ttl', '2m0s', 'For how long its answers hold.'),
  boolean(
    'enable-bootstrap-token-auth',
    'false',
    'Whether Secrets of the type bootstrap.kubernetes.io/token in kube-system let nodes join.',
  ),
  list(
    'service-account-issuer',
    '',
    'Who issues tokens of service accounts; others after it, separated by commas, are believed too.',
  ),
  list('service-account-key-file', '', 'Keys that check such tokens: PEM files, separated by commas.'),
  flag('service-account-signing-key-file', '', 'Private key that signs new ones.'),
  flag('service-account-jwks-uri', '', 'Where others find the keys. Default: on this server.'),
  boolean('service-account-lookup', 'true', 'Whether a token is refused once its account is gone.'),
  duration('service-account-max-token-expiration', '0s', 'Longest life of a new token; 0: no limit.'),
  boolean(
    'service-account-extend-token-expiration',
    'true',
    'Whether the tokens of Pods live longer than they say.',
  ),
  list(
    'api-audiences',
    '',
    'Whom a token may be for to be good here, separated by commas. Default: the issuers.',
  ),
  boolean('anonymous-auth', 'true', 'Take requests without credentials as system:anonymous.'),
  list('authorization-mode', 'Node,RBAC', 'Who is asked, in order: Node, RBAC, AlwaysAllow, AlwaysDeny.'),
  boolean(
    'enable-priority-and-fairness',
    'true',
    'Let requests in by FlowSchemas and PriorityLevelConfigurations; otherwise by the two limits.',
  ),
  int('max-requests-inflight', '400', 'Most reading requests under way; with the next, the seats there are.'),
  int('max-mutating-requests-inflight', '200', 'Most writing requests under way.'),
  duration('request-timeout', '1m0s', 'How long a request may take.'),
  int('min-request-timeout', '1800', 'Seconds that a watch stands at least, where it names no timeout.'),
  flag(
    'service-cluster-ip-range',
    '10.96.0.0/12',
    'Addresses of Services; with a second range of the other IP family, after a comma, they may have two.',
  ),
  flag('service-node-port-range', '30000-32767', 'Ports of Services on nodes.'),
  list(
    'enable-admission-plugins',
    '',
    'Admission plugins to run besides those that run by default. One that pg8s does not have is refused.',
  ),
  list('disable-admission-plugins', '', 'Admission plugins not to run.'),
  flag('admission-control-config-file', '', 'File with the configurations of admission plugins.'),
  list('feature-gates', '', 'Only the defaults of Kubernetes 1.36: another value is refused.'),
  flag('endpoint-reconciler-type', 'lease', 'lease, or none: who else writes the kubernetes endpoints.'),
  duration('livez-grace-period', '0s', 'For how long /livez does not mind that the server still starts.'),
  flag('logging-format', 'text', 'text or json.'),
  int(
    'default-not-ready-toleration-seconds',
    '300',
    'How long Pods that do not say otherwise stay on a node that is not ready.',
  ),
  int(
    'default-unreachable-toleration-seconds',
    '300',
    'How long Pods that do not say otherwise stay on a node that is not reachable.',
  ),
  int('delete-collection-workers', '16', 'How many objects of a collection are deleted at a time.'),
  duration('event-ttl', '1h0m0s', 'How long events are kept.'),
  list('runtime-config', '', 'Versions to serve or not: api/beta=true,batch/v1=false.'),
  duration('shutdown-timeout', '5s', 'How long requests under way may take when the server stops.'),
  int('v', '0', 'Log verbosity; 3: every request.'),
];

/** Every flag, for the help and for parsing. */
export const apiserverFlags: readonly ComponentFlag[] = [
  ...servedFlags,
  ...refusedFlags,
  ...ignoredFlags,
  ...sharedFlags,
];
