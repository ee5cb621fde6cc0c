import type { FlagType } from './flag-type.ts';
import { ignoredFlags } from './ignored-flags.ts';

/** One of etcd's flags, with its own name: `--name value`, or the environment variable. */
export interface EtcdFlag {
  /** Without the dashes. */
  readonly name: string;
  /** `ETCD_LISTEN_CLIENT_URLS` for `listen-client-urls`. */
  readonly env: string;
  readonly description: string;
  /** As it would be written on the command line; shown in the help. */
  readonly defaultValue: string;
  readonly type: FlagType;
  /** `--flag` alone means true. */
  readonly isBoolean: boolean;
  /** The name that older versions have for it. */
  readonly alias?: string;
  /**
   * Only etcd itself has what this is about: accepted, so that a program that starts etcd can start us
   * instead.
   */
  readonly isIgnored: boolean;
}

const flag = (type: FlagType, name: string, defaultValue: string, description: string): EtcdFlag => ({
  name,
  env: envName(name),
  description,
  defaultValue,
  type,
  isBoolean: type === 'bool',
  isIgnored: false,
});

/** Flags that were born as `experimental-…` in etcd 3.5. */
const formerlyExperimental = (served: EtcdFlag): EtcdFlag => ({
  ...served,
  alias: `experimental-${served.name}`,
});

const servedFlags: readonly EtcdFlag[] = [
  flag('string', 'config-file', '', 'YAML file that is read instead of all other flags and variables.'),
  flag('string', 'name', 'default', 'Name of this member, shown in the member list.'),
  flag('string', 'data-dir', '', 'Directory of the embedded database.'),
  flag(
    'string',
    'listen-metrics-urls',
    '',
    'URLs to serve /metrics and the health checks on too, without client certificates.',
  ),
  flag(
    'string',
    'listen-client-urls',
    'http://localhost:2379',
    'URLs to listen on for clients, separated by commas.',
  ),
  flag(
    'string',
    'listen-client-http-urls',
    '',
    'URLs for HTTP alone; --listen-client-urls are then for gRPC alone. Default: both there.',
  ),
  flag('string', 'advertise-client-urls', '', 'URLs to advertise to clients. Default: those listened on.'),
  flag(
    'string',
    'initial-advertise-peer-urls',
    'http://localhost:2380',
    'Peer URLs of this member in the member list; members find each other in the database.',
  ),
  flag('bool', 'socket-reuse-port', 'false', 'Several servers may listen on one port (SO_REUSEPORT).'),
  flag(
    'bool',
    'socket-reuse-address',
    'false',
    'Listen while old connections are in TIME_WAIT; always so here.',
  ),
  flag('string', 'cert-file', '', 'Certificate of the server, for https URLs.'),
  flag('string', 'key-file', '', 'Private key of that certificate.'),
  flag('string', 'trusted-ca-file', '', 'Certificate authority that client certificates must come from.'),
  flag('bool', 'client-cert-auth', 'false', 'Demand a client certificate.'),
  flag('string', 'client-crl-file', '', 'List of client certificates that are revoked.'),
  flag(
    '[]string',
    'client-cert-allowed-hostname',
    '',
    'Names of which a client certificate must have one, separated by commas.',
  ),
  flag('bool', 'auto-tls', 'false', 'Without --cert-file, make a certificate in the data directory.'),
  flag('uint', 'self-signed-cert-validity', '1', 'Years that this certificate is valid.'),
  flag('[]string', 'cipher-suites', '', "TLS 1.2's cipher suites by Go's names, separated by commas."),
  flag('string', 'tls-min-version', 'TLS1.2', 'Oldest TLS version that is accepted: TLS1.2 or TLS1.3.'),
  flag('string', 'tls-max-version', '', 'Newest TLS version that is accepted. Default: the newest.'),
  flag('string', 'cors', '*', 'Origins of web pages that may use the HTTP endpoints, by commas; *: all.'),
  flag(
    'string',
    'host-whitelist',
    '*',
    'Names that HTTP clients without TLS may use for this server; *: all.',
  ),
  flag('bool', 'enable-grpc-gateway', 'true', 'Serve the JSON gateway under /v3/.'),
  flag(
    'string',
    'auto-compaction-mode',
    'periodic',
    'What --auto-compaction-retention counts: periodic or revision.',
  ),
  flag(
    'string',
    'auto-compaction-retention',
    '0',
    'History that is kept: a time (1 is an hour), or so many revisions; 0: no compaction by itself.',
  ),
  flag('uint', 'max-txn-ops', '128', 'Most operations that one transaction may have.'),
  flag('uint', 'max-request-bytes', '1572864', 'Largest request that is accepted, in bytes.'),
  flag(
    'uint32',
    'max-concurrent-streams',
    '4294967295',
    'Most requests that one connection may have under way.',
  ),
  flag(
    'int64',
    'quota-backend-bytes',
    '0',
    'Size of the database from which writes are refused, in bytes; 0: 2 GiB, negative: no limit.',
  ),
  flag('time.Duration', 'grpc-keepalive-min-time', '5s', 'Clients that ping more often are disconnected.'),
  flag(
    'time.Duration',
    'grpc-keepalive-interval',
    '2h',
    'How often idle client connections are pinged; 0: never.',
  ),
  flag('time.Duration', 'grpc-keepalive-timeout', '20s', 'How long a ping may stay unanswered.'),
  formerlyExperimental(
    flag(
      'time.Duration',
      'watch-progress-notify-interval',
      '10m',
      'Interval of progress notifications to watches that ask for them.',
    ),
  ),
  formerlyExperimental(
    flag(
      'time.Duration',
      'warning-unary-request-duration',
      '300ms',
      'Requests that wait longer for the database are logged as warnings.',
    ),
  ),
  flag(
    'string',
    'auth-token',
    'simple',
    'Tokens of users: simple, or jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=10m.',
  ),
  flag('uint', 'auth-token-ttl', '300', 'Seconds that a simple token is valid after its last use.'),
  flag('uint', 'bcrypt-cost', '10', 'Cost of hashing passwords, 4 to 31.'),
  flag('string', 'metrics', 'basic', 'Detail of /metrics: basic, or extensive with times per method.'),
  flag('string', 'log-level', 'info', 'debug, info, warn, error, panic or fatal.'),
  flag('string', 'log-format', 'json', 'json, or console for people.'),
  flag('[]string', 'log-outputs', 'default', 'stdout, stderr, or files, separated by commas.'),
];

/** Every flag of a current etcd: those that are served, and those that are ignored. */
export const etcdFlags: readonly EtcdFlag[] = [
  ...servedFlags,
  ...ignoredFlags.map(({ type, name, about }) => ({
    ...flag(type, name, '', `Accepted and ignored: ${about}.`),
    isIgnored: true,
  })),
];

/** `ETCD_LISTEN_CLIENT_URLS` for `listen-client-urls`. */
export function envName(name: string): string {
  return `ETCD_${name.replaceAll('-', '_').toUpperCase()}`;
}
