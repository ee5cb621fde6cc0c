import type { ApiserverFlag } from './flag.ts';
import { type IgnoredFlag, ignoredFlags } from './ignored-flags.ts';

const flag = (name: string, defaultValue: string, description: string): ApiserverFlag => ({
  name,
  description,
  defaultValue,
  isBoolean: defaultValue === 'true' || defaultValue === 'false',
  isIgnored: false,
});

/** A flag whose value is a list, separated by commas or given one by one. */
const list = (name: string, defaultValue: string, description: string): ApiserverFlag => ({
  ...flag(name, defaultValue, description),
  isRepeatable: true,
});

/** `--storage-media-type` as it is by default. */
export const protobuf = 'application/vnd.kubernetes.protobuf';

const servedFlags: readonly ApiserverFlag[] = [
  list('etcd-servers', '', 'URLs of etcd, separated by commas.'),
  flag('etcd-cafile', '', 'Certificate authority of the etcd servers.'),
  flag('etcd-certfile', '', 'Client certificate for etcd.'),
  flag('etcd-keyfile', '', 'Private key of that certificate.'),
  flag('etcd-prefix', '/registry', 'Where objects are kept in etcd.'),
  flag('storage-media-type', protobuf, 'Form of stored objects: protobuf or application/json.'),
  flag('secure-port', '6443', 'Port to serve HTTPS on; 0: any free port.'),
  flag('bind-address', '127.0.0.1', 'Address to serve on.'),
  flag('advertise-address', '', 'IP at which others reach the server. Default: the bind address.'),
  flag('tls-cert-file', '', 'Serving certificate, with its intermediates.'),
  flag('tls-private-key-file', '', 'Private key of that certificate.'),
  flag(
    'client-ca-file',
    '',
    'Certificate authority of client certificates: CN is the user, O are the groups.',
  ),
  flag('token-auth-file', '', 'CSV file of tokens: token,user,uid,"group1,group2".'),
  list(
    'service-account-issuer',
    '',
    'Who issues tokens of service accounts; others after it, separated by commas, are believed too.',
  ),
  list('service-account-key-file', '', 'Keys that check such tokens: PEM files, separated by commas.'),
  flag('service-account-signing-key-file', '', 'Private key that signs new ones.'),
  flag('service-account-jwks-uri', '', 'Where others find the keys. Default: on this server.'),
  flag('service-account-lookup', 'true', 'Whether a token is refused once its account is gone.'),
  flag('service-account-max-token-expiration', '0s', 'Longest life of a new token; 0: no limit.'),
  flag(
    'service-account-extend-token-expiration',
    'true',
    'Whether the tokens of Pods live longer than they say.',
  ),
  list(
    'api-audiences',
    '',
    'Whom a token may be for to be good here, separated by commas. Default: the issuers.',
  ),
  flag('anonymous-auth', 'true', 'Take requests without credentials as system:anonymous.'),
  list('authorization-mode', 'RBAC', 'Who is asked, in order: RBAC, AlwaysAllow, AlwaysDeny.'),
  flag('max-requests-inflight', '400', 'Most reading requests under way; 0: no limit.'),
  flag('max-mutating-requests-inflight', '200', 'Most writing requests under way; 0: no limit.'),
  flag('request-timeout', '1m0s', 'How long a request may take.'),
  flag('min-request-timeout', '1800', 'Seconds that a watch stands at least, where it names no timeout.'),
  flag(
    'service-cluster-ip-range',
    '10.96.0.0/12',
    'Addresses of Services; with a second range of the other IP family, after a comma, they may have two.',
  ),
  flag('service-node-port-range', '30000-32767', 'Ports of Services on nodes.'),
  flag('delete-collection-workers', '16', 'How many objects of a collection are deleted at a time.'),
  flag('event-ttl', '1h0m0s', 'How long events are kept.'),
  list('runtime-config', '', 'Versions to serve or not: api/beta=true,batch/v1=false.'),
  flag('shutdown-timeout', '5s', 'How long requests under way may take when the server stops.'),
  flag('v', '0', 'Log verbosity; 3: every request.'),
];

const ignoredFlag = ({ name, isBoolean, about }: IgnoredFlag): ApiserverFlag => ({
  name,
  description: `Accepted and ignored: ${about}.`,
  defaultValue: '',
  isBoolean,
  isIgnored: true,
});

/** Every flag, for the help and for parsing. */
export const apiserverFlags: readonly ApiserverFlag[] = [
  ...servedFlags,
  ...ignoredFlags.map((ignored) => ignoredFlag(ignored)),
];
