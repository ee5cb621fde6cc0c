import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseControllerManagerFlags, parseSchedulerFlags } from './parse-flags.ts';

test('the defaults are those of the originals, without a limit of requests', () => {
  const { settings, enabled, concurrency, notes } = parseControllerManagerFlags({});
  assert.deepEqual(settings, {
    leaderElect: true,
    leaderElection: {
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      name: 'kube-controller-manager',
      namespace: 'kube-system',
    },
  });
  assert.deepEqual(enabled, ['*']);
  assert.equal(concurrency['garbage-collector-controller'], 20);
  assert.deepEqual(notes, []);
  assert.equal(parseSchedulerFlags({}).settings.leaderElection?.name, 'kube-scheduler');
});

test('flags are read by the types that they have in Go', () => {
  const { settings, enabled, verbosity, logFormat } = parseControllerManagerFlags({
    'leader-elect': 'F',
    'kube-api-qps': '12.5',
    controllers: '*,-deployment-controller',
    'enable-garbage-collector': 'false',
    v: '=4',
    'logging-format': 'json',
  });
  assert.equal(settings.leaderElect, false);
  assert.deepEqual(settings.rateLimit, { perSecond: 12.5, burst: 30 });
  assert.deepEqual(enabled, ['*', '-deployment-controller', '-garbage-collector-controller']);
  assert.deepEqual([verbosity, logFormat], [4, 'json']);
});

test('flags without an effect are noted, others refused in one line', () => {
  const { notes } = parseControllerManagerFlags({ 'concurrent-job-syncs': '7', 'cloud-provider': '' });
  assert.deepEqual(notes, ['--concurrent-job-syncs changes nothing: its controller is not there yet']);
  for (const [flags, message] of [
    [{ foo: '1' }, '--foo is not a flag of kube-controller-manager'],
    [{ controllers: 'foo' }, '--controllers has "foo", which is not in the list of known controllers'],
    [{ controllers: '-foo' }, '--controllers has "foo", which is not in the list of known controllers'],
    [
      { controllers: '*,token-cleaner-controller' },
      '--controllers refused: token-cleaner-controller is not there yet',
    ],
    [
      { 'use-service-account-credentials': 'true' },
      '--use-service-account-credentials refused: controllers share one identity',
    ],
    [
      { 'leader-elect-resource-lock': 'endpoints' },
      '--leader-elect-resource-lock refused: leader election uses Leases',
    ],
    [
      { 'leader-elect-lease-duration': '5s' },
      '--leader-elect-lease-duration must be greater than --leader-elect-renew-deadline',
    ],
    [
      { 'leader-elect-retry-period': '9s' },
      '--leader-elect-renew-deadline must be greater than 1.2 times --leader-elect-retry-period',
    ],
    [{ 'concurrent-gc-syncs': '0' }, '--concurrent-gc-syncs is "0", but must be greater than 0'],
    [{ 'concurrent-job-syncs': 'x' }, '--concurrent-job-syncs is "x", but must be a whole number'],
    [
      { 'leader-elect-retry-period': '2' },
      '--leader-elect-retry-period is "2", but must be a duration such as 30s or 1h30m',
    ],
  ] as const) {
    assert.throws(() => parseControllerManagerFlags(flags), { name: 'ControllerFlagError', message });
  }
  assert.throws(() => parseSchedulerFlags({ config: 'x.yaml' }), {
    message: '--config refused: there is no configuration file yet',
  });
});
