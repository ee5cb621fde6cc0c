import { parseTokenOptions, type TokenOptions } from '../auth/tokens/token-options.ts';
import type { SecureVersion } from 'node:tls';
import { readFileSync } from 'node:fs';
import { readConfigFile } from './config-file.ts';
import { checkRules, type GivenFlags } from './flag-rules.ts';
import {
  checkType,
  EtcdFlagError,
  parseBoolean,
  parseDurationMs,
  parseInteger,
  parseList,
  parseSignedInteger,
  parseUrls,
} from './flag-values.ts';
import { envName, etcdFlags } from './flags-table.ts';
import { unknownCipherSuite } from '../gateway/listener/cipher-suites.ts';
import type { ShimTls } from '../gateway/listener/listen.ts';
import type { Retention } from '../mvcc/compaction/auto-compaction.ts';
import { defaultVersionReported, type ListenUrls, type ShimOptions } from '../shim-options.ts';

/** What the flags ask for: the options of a shim, and how to log. */
export interface EtcdFlagOptions {
  readonly shim: Omit<ShimOptions & ListenUrls, 'postgresUrl' | 'log'>;
  readonly dataDir: string;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'console';
  readonly logOutputs: readonly string[];
  /**
   * --auto-tls: the program that starts the shim makes a certificate, valid for so many years. Undefined: it
   * does not.
   */
  readonly autoTlsYears: number | undefined;
  /** Where all this was read, if not from flags and variables. */
  readonly configFile: string | undefined;
  /** Variables that look like etcd's (`ETCD_…`) but are none: most likely a mistake. */
  readonly unknownVariables: readonly string[];
  /** Flags that were given and mean nothing here: to be noted in the log, once. */
  readonly ignored: readonly string[];
}

/** Everything of which parseShimOptions may make options. */
export interface FlagSources {
  /** Those given on the command line, without their dashes. */
  flags: Readonly<Record<string, string | undefined>>;
  env?: Readonly<Record<string, string | undefined>>;
  readFile?: (name: string) => string;
}

/**
 * Turns flags and the environment into options; with --config-file (or its variable) that file alone. As in
 * etcd a flag and its variable may not both be given.
 *
 * @throws EtcdFlagError naming the flag and what is wrong with it.
 */
export function parseShimOptions(sources: FlagSources): EtcdFlagOptions {
  const configFile = sources.flags['config-file'] ?? sources.env?.[envName('config-file')] ?? '';
  const given = configFile === '' ? commandLine(sources) : fromFile(configFile, sources.readFile);
  for (const { name, alias = name, type } of etcdFlags) {
    for (const one of new Set([name, alias])) {
      const value = given(one);
      if (value !== undefined) checkType(one, type, value);
    }
  }
  checkRules(given);
  const defaults = new Map<string, string>(etcdFlags.map(({ name, defaultValue }) => [name, defaultValue]));
  const aliases = new Map(etcdFlags.map(({ name, alias }) => [name, alias]));
  const value = (name: string): string =>
    given(name) ?? given(aliases.get(name) ?? name) ?? defaults.get(name) ?? '';

  const advertised = value('advertise-client-urls');
  const httpUrls = value('listen-client-http-urls');
  const metricsUrls = value('listen-metrics-urls');
  const shim: Omit<ShimOptions & ListenUrls, 'postgresUrl' | 'log'> = {
    name: value('name'),
    listenClientUrls: parseUrls('listen-client-urls', value('listen-client-urls')),
    advertiseClientUrls: advertised === '' ? undefined : parseUrls('advertise-client-urls', advertised),
    advertisePeerUrls: parseUrls('initial-advertise-peer-urls', value('initial-advertise-peer-urls')),
    listenMetricsUrls: metricsUrls === '' ? [] : parseUrls('listen-metrics-urls', metricsUrls),
    tls: tlsOptions(value),
    reusePort: parseBoolean('socket-reuse-port', value('socket-reuse-port')),
    versionReported: defaultVersionReported,
    maxTxnOps: parseInteger('max-txn-ops', value('max-txn-ops')),
    maxRequestBytes: parseInteger('max-request-bytes', value('max-request-bytes')),
    maxConcurrentStreams: parseInteger('max-concurrent-streams', value('max-concurrent-streams')),
    quotaBackendBytes: parseSignedInteger('quota-backend-bytes', value('quota-backend-bytes')),
    grpcKeepaliveMinTimeMs: parseDurationMs('grpc-keepalive-min-time', value('grpc-keepalive-min-time')),
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
    cors: parseList(value('cors')),
    hostWhitelist: parseList(value('host-whitelist')),
    enableGrpcGateway: parseBoolean('enable-grpc-gateway', value('enable-grpc-gateway')),
    autoCompaction: parseRetention(value('auto-compaction-mode'), value('auto-compaction-retention')),
    // Whatever etcd does not know is basic.
    metrics: value('metrics') === 'extensive' ? 'extensive' : 'basic',
  };
  return {
    shim,
    dataDir: value('data-dir'),
    logLevel: oneOf('log-level', value('log-level'), ['debug', 'info', 'warn', 'error', 'panic', 'fatal']),
    logFormat: oneOf('log-format', value('log-format'), ['json', 'console']),
    logOutputs: parseList(value('log-outputs') || 'default'),
    configFile: configFile || undefined,
    unknownVariables: configFile === '' ? unknownVariables(sources.env ?? {}) : [],
    autoTlsYears:
      parseBoolean('auto-tls', value('auto-tls')) && shim.tls?.certFile === undefined
        ? parseInteger('self-signed-cert-validity', value('self-signed-cert-validity')) || 1
        : undefined,
    ignored: etcdFlags
      .filter(({ name, isIgnored }) => isIgnored && given(name) !== undefined)
      .map(({ name }) => name),
  };
}

function commandLine({ flags, env = {} }: FlagSources): GivenFlags {
  const known = new Set(etcdFlags.flatMap(({ name, alias = name }) => [name, alias]));
  for (const [name, value] of Object.entries(flags)) {
    if (!known.has(name)) throw new EtcdFlagError(name, 'there is no such flag');
    if (value !== undefined && env[envName(name)] !== undefined) {
      throw new EtcdFlagError(
        undefined,
        'conflicting environment variable is shadowed by corresponding command-line flag ' +
          `(either unset environment variable or disable flag): ${envName(name)}`,
      );
    }
  }
  return (name) => flags[name] ?? (env[envName(name)] || undefined);
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(etcdFlags.flatMap(({ name, alias = name }) => [envName(name), envName(alias)]));
  return Object.keys(env).filter((name) => name.startsWith('ETCD_') && !known.has(name));
}

function fromFile(name: string, readFile = (file: string): string => readFileSync(file, 'utf8')): GivenFlags {
  let text: string;
  try {
    text = readFile(name);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = isAbsent ? 'no such file or directory' : (error as Error).message;
    throw new EtcdFlagError(undefined, `open ${name}: ${problem}`);
  }
  const flags = new Map(Object.entries(readConfigFile(text)));
  return (flag) => flags.get(flag);
}

function tlsOptions(value: (name: string) => string): ShimTls {
  const file = (name: string): string | undefined => value(name) || undefined;
  const certFile = file('cert-file');
  const keyFile = file('key-file');
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new EtcdFlagError('cert-file', 'must be given together with --key-file');
  }
  const cipherSuites = parseList(value('cipher-suites'));
  const unknown = unknownCipherSuite(cipherSuites);
  if (unknown !== undefined) {
    throw new EtcdFlagError(undefined, `unexpected TLS cipher suite ${JSON.stringify(unknown)}`);
  }
  return {
    certFile,
    keyFile,
    trustedCaFile: file('trusted-ca-file'),
    clientCertAuth: parseBoolean('client-cert-auth', value('client-cert-auth')),
    crlFile: file('client-crl-file'),
    allowedHostnames: parseList(value('client-cert-allowed-hostname')),
    // Only the configuration file has these.
    allowedNames: parseList(value('client-cert-allowed-cn')),
    cipherSuites,
    minVersion: tlsVersions[value('tls-min-version')],
    maxVersion: tlsVersions[value('tls-max-version')],
  };
}

/** As checkRules has let them pass. */
const tlsVersions: Readonly<Record<string, SecureVersion>> = { 'TLS1.2': 'TLSv1.2', 'TLS1.3': 'TLSv1.3' };

function parseAuthToken(value: string): TokenOptions {
  try {
    return parseTokenOptions(value);
  } catch (error) {
    if (error instanceof EtcdFlagError) throw error;
    throw new EtcdFlagError('auth-token', (error as Error).message);
  }
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

function oneOf<const T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined)
    throw new EtcdFlagError(name, `is "${value}", but must be one of ${choices.join(', ')}`);
  return choice;
}
