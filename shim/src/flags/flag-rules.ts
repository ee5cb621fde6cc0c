import { EtcdFlagError, parseBoolean, parseDurationMs, parseInteger, parseList } from './flag-values.ts';

/** The flags that were given, by name. */
export type GivenFlags = (name: string) => string | undefined;

/** Longer elections are refused. */
const maxElectionMs = 50_000;

/** Older names that may not stand beside the newer ones. */
const renamed = [
  'compact-hash-check-time',
  'corrupt-check-time',
  'compaction-batch-limit',
  'watch-progress-notify-interval',
  'warning-apply-duration',
  'bootstrap-defrag-threshold-megabytes',
  'memory-mlock',
  'snapshot-catchup-entries',
  'compaction-sleep-interval',
  'downgrade-check-time',
  'peer-skip-client-san-verification',
  'enable-distributed-tracing',
  'distributed-tracing-address',
  'distributed-tracing-service-name',
  'distributed-tracing-instance-id',
  'distributed-tracing-sampling-rate',
];

const features = [
  'AllAlpha',
  'AllBeta',
  'StopGRPCServiceOnDefrag',
  'TxnModeWriteWithSharedBuffer',
  'InitialCorruptCheck',
  'CompactHashCheck',
  'LeaseCheckpoint',
  'LeaseCheckpointPersist',
  'SetMemberLocalAddr',
];

const featureFlags: Readonly<Record<string, string>> = {
  'experimental-stop-grpc-service-on-defrag': 'StopGRPCServiceOnDefrag',
  'experimental-initial-corrupt-check': 'InitialCorruptCheck',
  'experimental-compact-hash-check-enabled': 'CompactHashCheck',
  'experimental-txn-mode-write-with-shared-buffer': 'TxnModeWriteWithSharedBuffer',
  'experimental-enable-lease-checkpoint': 'LeaseCheckpoint',
  'experimental-enable-lease-checkpoint-persist': 'LeaseCheckpointPersist',
};

/**
 * Refuses what etcd refuses, in its words, even where a flag has no meaning here: who starts etcd so has made
 * a mistake (etcd: `embed.Config.Validate`).
 *
 * @throws EtcdFlagError
 */
export function checkRules(given: GivenFlags): void {
  for (const name of renamed) {
    const old = `experimental-${name}`;
    if (given(old) !== undefined && given(name) !== undefined) {
      refuse(`cannot set --${old} and --${name} at the same time, please use --${name} only`);
    }
  }
  if (given('experimental-warning-unary-request-duration') && given('warning-unary-request-duration')) {
    refuse(
      'both --experimental-warning-unary-request-duration and --warning-unary-request-duration flags are set. ' +
        'Use only --warning-unary-request-duration',
    );
  }
  checkFeatures(given);
  const logger = given('logger') ?? 'zap';
  if (logger !== 'zap') refuse(`unknown logger option "${logger}"`);
  checkChoice(given, 'initial-cluster-state', ['new', 'existing']);
  checkChoice(given, 'discovery-fallback', ['exit', 'proxy']);
  if (given('discovery-fallback') === 'proxy') {
    refuse(`v2 proxy is deprecated, and --discovery-fallback can't be configured as "proxy"`);
  }
  checkDiscovery(given);
  checkElections(given);
  for (const name of ['experimental-compact-hash-check-time', 'compact-hash-check-time']) {
    const value = given(name);
    if (value !== undefined && parseDurationMs(name, value) <= 0) {
      refuse(`--${name} must be >0 (set to ${value})`);
    }
  }
  checkTracing(given);
  checkTls(given);
}

function refuse(message: string): never {
  throw new EtcdFlagError(undefined, message);
}

function checkChoice(given: GivenFlags, name: string, choices: readonly string[]): void {
  const value = given(name);
  if (value !== undefined && value !== '' && !choices.includes(value)) {
    throw new EtcdFlagError(name, `is "${value}", but must be one of ${choices.join(', ')}`);
  }
}

function checkFeatures(given: GivenFlags): void {
  const gates = given('feature-gates') ?? '';
  const enabled = new Map<string, boolean>();
  for (const gate of parseList(gates)) {
    const [name = '', value] = gate.split(/=(.*)/s);
    if (value === undefined) throw new EtcdFlagError('feature-gates', `: missing bool value for ${name}`);
    if (!/^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value)) {
      throw new EtcdFlagError(
        'feature-gates',
        `: invalid value of ${name}=${value}, err: strconv.ParseBool: parsing "${value}": invalid syntax`,
      );
    }
    if (!features.includes(name)) {
      throw new EtcdFlagError('feature-gates', `: unrecognized feature gate: ${name}`);
    }
    enabled.set(name, parseBoolean('feature-gates', value));
  }
  for (const [flag, feature] of Object.entries(featureFlags)) {
    const value = given(flag);
    if (value === undefined) continue;
    const isOn = parseBoolean(flag, value);
    const gate = enabled.get(feature);
    if (gate !== undefined) {
      const use = `--feature-gates=${feature}=${gate}`;
      refuse(
        `cannot specify both flags: --${flag}=${isOn} and ${use} at the same time, please just use ${use}`,
      );
    }
    enabled.set(feature, isOn);
  }
  if (enabled.get('LeaseCheckpointPersist') && !enabled.get('LeaseCheckpoint')) {
    refuse('enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint');
  }
}

function checkDiscovery(given: GivenFlags): void {
  const has = (name: string): boolean => (given(name) ?? '') !== '';
  if (['initial-cluster', 'discovery', 'discovery-endpoints', 'discovery-srv'].filter(has).length > 1) {
    refuse(
      'multiple discovery or bootstrap flags are set. ' +
        'Choose one of "initial-cluster", "discovery", "discovery-endpoints" or "discovery-srv"',
    );
  }
  const third = ['endpoints', 'token', 'cert', 'key', 'cacert', 'user', 'password'];
  if (has('discovery-proxy') && third.some((name) => has(`discovery-${name}`))) {
    refuse(
      'both v2 discovery settings (discovery, discovery-proxy) and v3 discovery settings (discovery-token, ' +
        'discovery-endpoints, discovery-cert, discovery-key, discovery-cacert, discovery-user, discovery-password) are set',
    );
  }
  if (has('discovery-token') !== has('discovery-endpoints')) {
    refuse('both --discovery-token and --discovery-endpoints must be set');
  }
}

function checkElections(given: GivenFlags): void {
  const tickMs = parseInteger('heartbeat-interval', given('heartbeat-interval') ?? '100');
  const electionMs = parseInteger('election-timeout', given('election-timeout') ?? '1000');
  if (tickMs === 0) refuse('--heartbeat-interval must be >0 (set to 0ms)');
  if (electionMs === 0) refuse('--election-timeout must be >0 (set to 0ms)');
  if (5 * tickMs > electionMs) {
    refuse(
      `--election-timeout[${electionMs}ms] should be at least as 5 times as --heartbeat-interval[${tickMs}ms]`,
    );
  }
  if (electionMs > maxElectionMs) {
    refuse(`--election-timeout[${electionMs}ms] is too long, and should be set less than ${maxElectionMs}ms`);
  }
}

function checkTracing(given: GivenFlags): void {
  const flag = (name: string): string | undefined => given(name) ?? given(`experimental-${name}`);
  const isOn = flag('enable-distributed-tracing');
  if (isOn === undefined || !parseBoolean('enable-distributed-tracing', isOn)) return;
  const rate = Number(flag('distributed-tracing-sampling-rate') ?? '0');
  const problem =
    rate < 0
      ? 'tracing sampling rate must be positive'
      : rate > 1e6
        ? 'tracing sampling rate must be less than 1000000'
        : '';
  if (problem !== '') refuse(`distributed tracing configurition is not valid: (${problem})`);
}

function checkTls(given: GivenFlags): void {
  const minVersion = given('tls-min-version') || 'TLS1.2';
  const maxVersion = given('tls-max-version') ?? '';
  for (const version of [minVersion, maxVersion]) {
    if (version !== '' && version !== 'TLS1.2' && version !== 'TLS1.3') {
      refuse(`unexpected TLS version "${version}" (must be one of: TLS1.2, TLS1.3)`);
    }
  }
  if (maxVersion !== '' && minVersion > maxVersion) {
    refuse(`min version (${minVersion}) is greater than max version (${maxVersion})`);
  }
  if (minVersion === 'TLS1.3' && (given('cipher-suites') ?? '') !== '') {
    refuse('cipher suites cannot be configured when only TLS1.3 is enabled');
  }
}
