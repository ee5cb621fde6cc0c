import { access, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type Flag, controllerFlags, parseDuration } from '@pg8s/controllers/flags';
import { startControllers } from '@pg8s/controllers/controllers';
import { KubeConfig } from '@kubernetes/client-node';
import type { DefineCommand } from '../cli.ts';
import { runUntilStopped } from '../shutdown.ts';
import { UsageError } from '../usage-error.ts';
import { addFlagOptions, type FlagRow, givenFlags } from './flag-options.ts';
import { addLogOptions, logFor, type LogOptions } from './log-options.ts';

const flags: readonly Flag[] = controllerFlags;
const rows: readonly FlagRow[] = flags.map((flag) => ({
  name: flag.name,
  description: flag.description,
  shownDefault: String(flag.default),
  isBoolean: flag.kind === 'boolean',
  isRepeatable: flag.kind === 'list',
}));

type ControllersOptions = Parameters<typeof startControllers>[0];

/** `pg8s controllers`: controllers, scheduler and simulated nodes, above any Kubernetes API. */
export const defineControllers: DefineCommand = (command, report) => {
  addFlagOptions(command, rows);
  addLogOptions(command).action(async (options: LogOptions) => {
    const log = logFor(options);
    const settings = await settingsFrom(givenFlags(command, rows));
    report(
      await runUntilStopped(log, async () => {
        const controllers = await startControllers({ ...settings, log });
        controllers.ready.then(
          () => log.info('working'),
          () => undefined,
        );
        return controllers;
      }),
    );
  });
};

/** One kubeconfig serves all parts here. */
async function settingsFrom(
  given: Readonly<Record<string, string>>,
): Promise<Omit<ControllersOptions, 'log'>> {
  const text = (name: string): string =>
    given[name] ?? String(flags.find((flag) => flag.name === name)!.default);
  const kubeConfig = await loadKubeconfig(text('kubeconfig') || process.env['KUBECONFIG'] || '');
  const concurrency = {
    'deployment-controller': integer('concurrent-deployment-syncs', text('concurrent-deployment-syncs')),
    'replicaset-controller': integer('concurrent-replicaset-syncs', text('concurrent-replicaset-syncs')),
    'garbage-collector-controller': integer('concurrent-gc-syncs', text('concurrent-gc-syncs')),
    'namespace-controller': integer('concurrent-namespace-syncs', text('concurrent-namespace-syncs')),
  };
  const nodes = integer('nodes', text('nodes'));
  const perSecond = decimal('kube-api-qps', text('kube-api-qps'));
  const settings = {
    kubeConfigs: { controllerManager: kubeConfig, scheduler: kubeConfig, node: () => kubeConfig },
    nodeNames: Array.from({ length: nodes }, (_, index) => `node-${index + 1}`),
    identity: `${hostname()}_${crypto.randomUUID()}`,
    leaderElect: boolean('leader-elect', text('leader-elect')),
    leaderElection: {
      leaseDurationMs: duration('leader-elect-lease-duration', text('leader-elect-lease-duration')),
      renewDeadlineMs: duration('leader-elect-renew-deadline', text('leader-elect-renew-deadline')),
      retryPeriodMs: duration('leader-elect-retry-period', text('leader-elect-retry-period')),
      namespace: text('leader-elect-resource-namespace'),
    },
    enabled: text('controllers').split(','),
    concurrency,
    settings: {
      nodeMonitorPeriodMs: duration('node-monitor-period', text('node-monitor-period')),
      nodeMonitorGracePeriodMs: duration('node-monitor-grace-period', text('node-monitor-grace-period')),
      nodeStartupGracePeriodMs: duration('node-startup-grace-period', text('node-startup-grace-period')),
      nodeEvictionRate: decimal('node-eviction-rate', text('node-eviction-rate')),
      secondaryNodeEvictionRate: decimal(
        'secondary-node-eviction-rate',
        text('secondary-node-eviction-rate'),
      ),
      largeClusterSizeThreshold: integer(
        'large-cluster-size-threshold',
        text('large-cluster-size-threshold'),
      ),
      unhealthyZoneThreshold: decimal('unhealthy-zone-threshold', text('unhealthy-zone-threshold')),
      terminatedPodGcThreshold: integer('terminated-pod-gc-threshold', text('terminated-pod-gc-threshold')),
      rootCa: await rootCaFrom(text('root-ca-file')),
    },
    ...(perSecond > 0
      ? { rateLimit: { perSecond, burst: integer('kube-api-burst', text('kube-api-burst')) } }
      : {}),
  };
  const { leaseDurationMs, renewDeadlineMs } = settings.leaderElection;
  if (leaseDurationMs <= renewDeadlineMs) {
    throw new UsageError('--leader-elect-lease-duration must be greater than --leader-elect-renew-deadline');
  }
  return settings;
}

/** kube-controller-manager refuses what holds no certificate, too. */
async function rootCaFrom(path: string): Promise<string> {
  if (path === '') return '';
  try {
    const pem = await readFile(path, 'utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no PEM certificate');
    return pem;
  } catch (error) {
    throw new UsageError(`--root-ca-file ${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function loadKubeconfig(path: string): Promise<KubeConfig> {
  if (path === '') throw new UsageError('--kubeconfig is required (or the variable KUBECONFIG)');
  try {
    await access(path);
    const config = new KubeConfig();
    config.loadFromFile(path);
    if (config.getCurrentCluster() === null) throw new Error('it has no current context');
    return config;
  } catch (error) {
    throw new UsageError(`kubeconfig ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function integer(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--${flag}: a whole number is expected, not "${text}"`);
  return Number(text);
}

function decimal(flag: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`--${flag}: a number is expected, not "${text}"`);
  return Number(text);
}

function boolean(flag: string, text: string): boolean {
  if (text !== 'true' && text !== 'false')
    throw new UsageError(`--${flag}: true or false is expected, not "${text}"`);
  return text === 'true';
}

function duration(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new UsageError(`--${flag}: ${(error as Error).message}`, { cause: error });
  }
}
