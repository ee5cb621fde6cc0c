import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import { FlagReader, type GivenFlags } from '@pg8s/k8s-proto/component-base/flag-reader';
import type { ControllerManagerOptions, ControllerSettings } from '../controller-manager.ts';
import type { ComponentSettings } from '../controllers.ts';
import { controllerManagerFlags } from './controller-manager-flags.ts';
import { controllersProblem } from './controller-names.ts';
import { schedulerFlags } from './scheduler-flags.ts';

/** A flag that cannot be used; the message is one line for the person who gave it. */
export class ControllerFlagError extends Error {
  override readonly name = 'ControllerFlagError';
}

/** What the flags of the controller manager or the scheduler say. */
export interface ComponentFlagOptions {
  /** How it runs. */
  readonly settings: ComponentSettings;
  /** Path; empty where none was given. */
  readonly kubeconfig: string;
  /** URL in place of the kubeconfig's; empty where none was given. */
  readonly master: string;
  /** `-v`: 0 to 10; from 3 on: debug. */
  readonly verbosity: number;
  readonly logFormat: 'text' | 'json';
  /** What was given and changes nothing: to be noted in the log, once. */
  readonly notes: readonly string[];
}

/** What the flags of the controller manager say. */
export interface ControllerManagerFlagOptions
  extends ComponentFlagOptions, Required<Pick<ControllerManagerOptions, 'enabled' | 'concurrency'>> {
  /** What single controllers are told; of the root CA only the file's path is known here. */
  readonly controllerSettings: Omit<ControllerSettings, 'rootCa'>;
  /** Path; empty where none was given. */
  readonly rootCaFile: string;
}

/** Flags of kube-controller-manager (without their dashes; only those given). @throws ControllerFlagError */
export function parseControllerManagerFlags(given: GivenFlags): ControllerManagerFlagOptions {
  const reader = readerOf('kube-controller-manager', controllerManagerFlags, given);
  const enabled = reader.list('controllers');
  const problem = controllersProblem(enabled);
  if (problem !== undefined) throw new ControllerFlagError(`--controllers ${problem}`);
  const collects = reader.boolean('enable-garbage-collector');
  return {
    ...componentOptions(reader),
    enabled: collects
      ? enabled
      : [
          ...enabled.filter((name) => name !== 'garbage-collector-controller'),
          '-garbage-collector-controller',
        ],
    concurrency: {
      'deployment-controller': reader.positive('concurrent-deployment-syncs'),
      'replicaset-controller': reader.positive('concurrent-replicaset-syncs'),
      'garbage-collector-controller': reader.positive('concurrent-gc-syncs'),
      'namespace-controller': reader.positive('concurrent-namespace-syncs'),
    },
    controllerSettings: {
      namespaceQuietPeriodMs: reader.durationMs('namespace-deletion-quiet-period'),
      nodeMonitorPeriodMs: reader.durationMs('node-monitor-period'),
      nodeMonitorGracePeriodMs: reader.durationMs('node-monitor-grace-period'),
      nodeStartupGracePeriodMs: reader.durationMs('node-startup-grace-period'),
      nodeEvictionRate: reader.number('node-eviction-rate'),
      secondaryNodeEvictionRate: reader.number('secondary-node-eviction-rate'),
      largeClusterSizeThreshold: reader.integer('large-cluster-size-threshold'),
      unhealthyZoneThreshold: reader.number('unhealthy-zone-threshold'),
      terminatedPodGcThreshold: reader.integer('terminated-pod-gc-threshold'),
    },
    rootCaFile: reader.text('root-ca-file'),
  };
}

/** Flags of kube-scheduler (without their dashes; only those given). @throws ControllerFlagError */
export function parseSchedulerFlags(given: GivenFlags): ComponentFlagOptions {
  return componentOptions(readerOf('kube-scheduler', schedulerFlags, given));
}

function readerOf(program: string, flags: readonly ComponentFlag[], given: GivenFlags): FlagReader {
  return new FlagReader({ program, flags, given, error: (message) => new ControllerFlagError(message) });
}

function componentOptions(reader: FlagReader): ComponentFlagOptions {
  const leaseDurationMs = reader.durationMs('leader-elect-lease-duration');
  const renewDeadlineMs = reader.durationMs('leader-elect-renew-deadline');
  const retryPeriodMs = reader.durationMs('leader-elect-retry-period');
  if (leaseDurationMs <= renewDeadlineMs) {
    throw new ControllerFlagError(
      '--leader-elect-lease-duration must be greater than --leader-elect-renew-deadline',
    );
  }
  // As client-go, which waits up to 1.2 times the period.
  if (renewDeadlineMs <= retryPeriodMs * 1.2) {
    throw new ControllerFlagError(
      '--leader-elect-renew-deadline must be greater than 1.2 times --leader-elect-retry-period',
    );
  }
  const perSecond = reader.number('kube-api-qps');
  return {
    kubeconfig: reader.text('kubeconfig'),
    master: reader.text('master'),
    settings: {
      leaderElect: reader.boolean('leader-elect'),
      leaderElection: {
        leaseDurationMs,
        renewDeadlineMs,
        retryPeriodMs,
        name: reader.text('leader-elect-resource-name'),
        namespace: reader.text('leader-elect-resource-namespace'),
      },
      ...(perSecond > 0 ? { rateLimit: { perSecond, burst: reader.positive('kube-api-burst') } } : {}),
    },
    verbosity: reader.integer('v'),
    logFormat: reader.oneOf('logging-format', ['text', 'json']),
    notes: reader.notes,
  };
}
