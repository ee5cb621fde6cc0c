import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import { FlagReader, type GivenFlags } from '@pg8s/k8s-proto/component-base/flag-reader';
import type { ControllerManagerOptions } from '../controller-manager/controller-manager.ts';
import { controllersProblem } from '../controller-manager/controller-names.ts';
import { readControllerSettings } from '../controller-manager/controller-settings.ts';
import { type ControllerSettings, controllerTable } from '../controller-manager/controller-table.ts';
import type { ComponentSettings } from '../controllers.ts';
import { controllerManagerFlags } from './controller-manager-flags.ts';
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
  /** A line for each flag that was given and changes nothing: for the log, once. */
  readonly notes: readonly string[];
}

/** What the flags of the controller manager say. */
export interface ControllerManagerFlagOptions
  extends ComponentFlagOptions, Required<Pick<ControllerManagerOptions, 'enabled' | 'concurrency'>> {
  /** Settings of single controllers. The file of the root CA is not read. */
  readonly controllerSettings: ControllerSettings;
}

/** Flags of kube-controller-manager (without their dashes; only those given). @throws ControllerFlagError */
export function parseControllerManagerFlags(given: GivenFlags): ControllerManagerFlagOptions {
  const reader = readerOf('kube-controller-manager', controllerManagerFlags, given);
  return {
    ...componentOptions(reader),
    enabled: enabledControllers(reader),
    concurrency: Object.fromEntries(
      controllerTable.flatMap(({ name, workers }) =>
        'flag' in workers ? [[name, reader.positive(workers.flag)]] : [],
      ),
    ),
    controllerSettings: readControllerSettings(reader),
  };
}

/** `--controllers`, with controllers that a flag of their own disables. */
function enabledControllers(reader: FlagReader): string[] {
  const listed = reader.list('controllers');
  const problem = controllersProblem(listed);
  if (problem !== undefined) throw new ControllerFlagError(`--controllers ${problem}`);
  const rows: readonly { name: string; enabledBy?: string }[] = controllerTable;
  const disabled = rows.flatMap(({ name, enabledBy }) =>
    enabledBy !== undefined && !reader.boolean(enabledBy) ? [name] : [],
  );
  return [...listed.filter((name) => !disabled.includes(name)), ...disabled.map((name) => `-${name}`)];
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
