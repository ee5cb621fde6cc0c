import { parseTokenOptions, type TokenOptions } from './auth/token-options.ts';
import type { SecureVersion } from 'node:tls';
import { EtcdFlagError, parseBoolean, parseDurationMs, parseInteger, parseUrls } from './flag-values.ts';
import { ignoredFlags } from './ignored-flags.ts';
import type { Retention } from './mvcc/auto-compaction.ts';
import { defaultVersionReported, type ShimOptions } from './server.ts';

/** One of etcd's flags, with its own name: `--name value`, or the environment variable. */
export interface EtcdFlag {
  /** Without the dashes. */
  readonly name: string;
  /** `ETCD_LISTEN_CLIENT_URLS` for `listen-client-urls`. */
  readonly env: string;
  readonly description: string;
  /** As it would be written on the command line; shown in the help. */
  readonly defaultValue: string;
  /** `--flag` alone means true. */
  readonly isBoolean: boolean;
  /** The name that older versions have for it. */
  readonly alias?: string;
  /** Only etcd itself has what this is about: accepted, so that a program that starts etcd can start us instead. */
  readonly isIgnored: boolean;
}

/** What the flags say, for whoever starts a shim and its log. */
export interface EtcdFlagOptions {
  readonly shim: Omit<ShimOptions, 'postgresUrl' | 'log'>;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'console';
  readonly logOutputs: readonly string[];
  /** Flags that were given and mean nothing here: to be noted in the log, once. */
  readonly ignored: readonly string[];
}

const flag = (name: string, defaultValue: string, description: string): EtcdFlag => ({
  name,
  env: envName(name),
  description,
  defaultValue,
  isBoolean: defaultValue === 'true' || defaultValue === 'false',
  isIgnored: false,
});

/** Flags that were born as `experimental-…` in etcd 3.5. */
const formerlyExperimental = (served: EtcdFlag): EtcdFlag => ({
  ...served,
  alias: `experimental-${served.name}`,
});

const servedFlags = [
  flag('name', 'default', 'Name of this member, shown in the member list.'),
  flag('data-dir', '', 'Directory of the embedded database.'),
  flag(
    'listen-metrics-urls',
    '',
    'URLs to serve /metrics and the health checks on too, without client certificates.',
  ),
  flag('listen-client-urls', 'http://localhost:2379', 'URLs to listen on for clients, separated by commas.'),
  flag(
    'listen-client-http-urls',
    '',
    'URLs for HTTP alone; --listen-client-urls are then for gRPC alone. Default: both there.',
  ),
  flag('advertise-client-urls', '', 'URLs that clients are told of. Default: those listened on.'),
  flag('cert-file', '', 'Certificate of the server, for https URLs.'),
  flag('key-file', '', 'Private key of that certificate.'),
  flag('trusted-ca-file', '', 'Certificate authority that client certificates must come from.'),
  flag('client-cert-auth', 'false', 'Demand a client certificate.'),
  flag('tls-min-version', 'TLS1.2', 'Oldest TLS that is spoken: TLS1.2 or TLS1.3.'),
  flag('tls-max-version', '', 'Newest TLS that is spoken. Default: the newest there is.'),
  flag('cors', '*', 'Origins of web pages that may use the HTTP endpoints, separated by commas; *: all.'),
  flag('host-whitelist', '*', 'Names that HTTP clients without TLS may use for this server; *: all.'),
  flag('enable-grpc-gateway', 'true', 'Serve the JSON gateway under /v3/.'),
  flag('auto-compaction-mode', 'periodic', 'What --auto-compaction-retention counts: periodic or revision.'),
  flag(
    'auto-compaction-retention',
    '0',
    'History that is kept: a time (1 is an hour), or so many revisions; 0: no compaction by itself.',
  ),
  flag('max-txn-ops', '128', 'Most operations that one transaction may have.'),
  flag('max-request-bytes', '1572864', 'Largest request that is accepted, in bytes.'),
  flag('max-concurrent-streams', '4294967295', 'Most requests that one connection may have under way.'),
  flag(
    'quota-backend-bytes',
    '0',
    'Size of the database from which writes are refused, in bytes; 0: no limit.',
  ),
  flag('grpc-keepalive-interval', '2h', 'How often idle client connections are pinged; 0: never.'),
  flag('grpc-keepalive-timeout', '20s', 'How long a ping may stay unanswered.'),
  formerlyExperimental(
    flag('watch-progress-notify-interval', '10m', 'How often watches that ask for it are told of progress.'),
  ),
  formerlyExperimental(
    flag('warning-unary-request-duration', '300ms', 'Requests that take longer are logged as warnings.'),
  ),
  flag(
    'auth-token',
    'simple',
    'Tokens of users: simple, or jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=10m.',
  ),
  flag('auth-token-ttl', '300', 'Seconds that a simple token lives after its last use.'),
  flag('bcrypt-cost', '10', 'Cost of hashing passwords, 4 to 31.'),
  flag('metrics', 'basic', 'Detail of /metrics: basic, or extensive with times per method.'),
  flag('log-level', 'info', 'debug, info, warn, error, panic or fatal.'),
  flag('log-format', 'json', 'json, or console for people.'),
  flag('log-outputs', 'default', 'stdout, stderr, or files, separated by commas.'),
];

/** Every flag of a current etcd: those that are served, and those that are ignored. */
export const etcdFlags: readonly EtcdFlag[] = [
  ...servedFlags,
  ...ignoredFlags.map(({ name, isBoolean, about }) => ({
    ...flag(name, '', `Accepted and ignored: ${about}.`),
    isBoolean,
    isIgnored: true,
  })),
];

function envName(name: string): string {
  return `ETCD_${name.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * Turns flags (without their dashes; only those given) and the environment into options. As in etcd a flag goes before
 * its variable.
 *
 * @throws EtcdFlagError naming the flag and what is wrong with it.
 */
export function parseShimOptions(
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>> = {},
): EtcdFlagOptions {
  const known = new Set(
    etcdFlags.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])),
  );
  for (const name of Object.keys(flags)) {
    if (!known.has(name)) throw new EtcdFlagError(name, 'there is no such flag');
  }
  const given = (name: string): string | undefined => flags[name] ?? (env[envName(name)] || undefined);
  const defaults = new Map<string, string>(etcdFlags.map(({ name, defaultValue }) => [name, defaultValue]));
  const aliases = new Map(etcdFlags.map(({ name, alias }) => [name, alias]));
  const value = (name: string): string =>
    given(name) ?? given(aliases.get(name) ?? name) ?? defaults.get(name) ?? '';
  const file = (name: string): string | undefined => value(name) || undefined;

  const certFile = file('cert-file');
  const keyFile = file('key-file');
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new EtcdFlagError('cert-file', 'must be given together with --key-file');
  }
  const advertised = value('advertise-client-urls');
  const httpUrls = value('listen-client-http-urls');
  const metricsUrls = value('listen-metrics-urls');
  const shim: Omit<ShimOptions, 'postgresUrl' | 'log'> = {
    name: value('name'),
    listenClientUrls: parseUrls('listen-client-urls', value('listen-client-urls')),
    advertiseClientUrls: advertised === '' ? undefined : parseUrls('advertise-client-urls', advertised),
    listenMetricsUrls: metricsUrls === '' ? [] : parseUrls('listen-metrics-urls', metricsUrls),
    tls: {
      certFile,
      keyFile,
      trustedCaFile: file('trusted-ca-file'),
      clientCertAuth: parseBoolean('client-cert-auth', value('client-cert-auth')),
      minVersion: parseTlsVersion('tls-min-version', value('tls-min-version')),
      maxVersion: parseTlsVersion('tls-max-version', value('tls-max-version')),
    },
    versionReported: defaultVersionReported,
    maxTxnOps: parseInteger('max-txn-ops', value('max-txn-ops')),
    maxRequestBytes: parseInteger('max-request-bytes', value('max-request-bytes')),
    maxConcurrentStreams: parseInteger('max-concurrent-streams', value('max-concurrent-streams')),
    quotaBackendBytes: parseInteger('quota-backend-bytes', value('quota-backend-bytes')),
    grpcKeepaliveIntervalMs: parseDurationMs('grpc-keepalive-interval', value('grpc-keepalive-interval')),
    grpcKeepaliveTimeoutMs: parseDurationMs('grpc-keepalive-timeout', value('grpc-keepalive-timeout')),
    watchProgressNotifyIntervalMs: parseDurationMs(
      'watch-progress-notify-interval',
      value('watch-progress-notify-interval'),
    ),
    warningUnaryRequestDurationMs: parseDurationMs(
      'warning-unary-request-duration',
      value('warning-unary-request-duration'),
    ),
    authToken: parseAuthToken(value('auth-token')),
    authTokenTtlMs: parseInteger('auth-token-ttl', value('auth-token-ttl')) * 1000,
    bcryptCost: parseInteger('bcrypt-cost', value('bcrypt-cost')),
    listenClientHttpUrls: httpUrls === '' ? [] : parseUrls('listen-client-http-urls', httpUrls),
    cors: list(value('cors')),
    hostWhitelist: list(value('host-whitelist')),
    enableGrpcGateway: parseBoolean('enable-grpc-gateway', value('enable-grpc-gateway')),
    autoCompaction: parseRetention(value('auto-compaction-mode'), value('auto-compaction-retention')),
    metrics: oneOf('metrics', value('metrics'), ['basic', 'extensive']),
  };
  return {
    shim,
    dataDir: value('data-dir'),
    logLevel: oneOf('log-level', value('log-level'), ['debug', 'info', 'warn', 'error', 'panic', 'fatal']),
    logFormat: oneOf('log-format', value('log-format'), ['json', 'console']),
    logOutputs: value('log-outputs').split(','),
    ignored: ignoredFlags.map(({ name }) => name).filter((name) => given(name) !== undefined),
  };
}

function parseAuthToken(value: string): TokenOptions {
  try {
    return parseTokenOptions(value);
  } catch (error) {
    if (error instanceof EtcdFlagError) throw error;
    throw new EtcdFlagError('auth-token', (error as Error).message);
  }
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** As etcd's `parseCompactionRetention`: a bare number of a period is hours. */
function parseRetention(mode: string, value: string): Retention | undefined {
  if (oneOf('auto-compaction-mode', mode, ['periodic', 'revision']) === 'revision') {
    const revisions = parseInteger('auto-compaction-retention', value);
    return revisions === 0 ? undefined : { mode: 'revision', revisions };
  }
  const periodMs = parseDurationMs('auto-compaction-retention', /^\d+$/.test(value) ? `${value}h` : value);
  return periodMs === 0 ? undefined : { mode: 'periodic', periodMs };
}

const tlsVersions = { 'TLS1.2': 'TLSv1.2', 'TLS1.3': 'TLSv1.3' } as const;

function parseTlsVersion(name: string, value: string): SecureVersion | undefined {
  return value === '' ? undefined : tlsVersions[oneOf(name, value, ['TLS1.2', 'TLS1.3'])];
}

function oneOf<const T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined)
    throw new EtcdFlagError(name, `is "${value}", but must be one of ${choices.join(', ')}`);
  return choice;
}
