import { hostname } from 'node:os';
import { startControllers } from '@pg8s/controllers/controllers';
import { controllerManagerFlags } from '@pg8s/controllers/flags/controller-manager-flags';
import {
  ControllerFlagError,
  type ControllerManagerFlagOptions,
  parseControllerManagerFlags,
} from '@pg8s/controllers/flags/parse-flags';
import type { Command } from 'commander';
import type { DefineCommand } from '../cli.ts';
import { runUntilStopped } from '../shutdown.ts';
import { UsageError } from '../usage-error.ts';
import { addComponentLog, componentLog, type ComponentLogOptions } from './component-log.ts';
import { addFlagOptions, flagRow, type FlagRow, givenFlags } from './flag-options.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';
import { readRootCa } from './root-ca.ts';
import { wholeNumber } from './whole-number.ts';

const rows: readonly FlagRow[] = controllerManagerFlags.map((flag) => flagRow(flag));
const mostNodes = 1_000;

interface Options extends ComponentLogOptions {
  nodes: number;
  scheduler: boolean;
}

/** `pg8s controllers`: controllers, scheduler and simulated nodes, above any Kubernetes API. */
export const defineControllers: DefineCommand = (command, report) => {
  addFlagOptions(command, rows)
    .option('--nodes <count>', 'simulated nodes (pg8s)', wholeNumber(0, mostNodes), 0)
    .option('--no-scheduler', 'run no scheduler (pg8s)');
  addComponentLog(command).action(async (options: Options) => {
    const flags = parse(command);
    const log = componentLog(options, flags);
    const kubeConfig = await loadKubeconfig(flags.kubeconfig, flags.master);
    const { enabled, concurrency, settings } = flags;
    const rootCa = await readRootCa(flags.rootCaFile);
    report(
      await runUntilStopped(log, async () => {
        const controllers = await startControllers({
          kubeConfigs: {
            controllerManager: kubeConfig,
            node: () => kubeConfig,
            ...(options.scheduler ? { scheduler: kubeConfig } : {}),
          },
          controllerManager: {
            ...settings,
            enabled,
            concurrency,
            settings: { ...flags.controllerSettings, rootCa },
          },
          // The scheduler has a Lease of its own.
          scheduler: {
            ...settings,
            leaderElection: { ...settings.leaderElection, name: 'kube-scheduler' },
          },
          nodeNames: Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`),
          identity: `${hostname()}_${crypto.randomUUID()}`,
          log,
        });
        controllers.ready.then(
          () => log.info('working'),
          () => undefined,
        );
        return controllers;
      }),
    );
  });
};

function parse(command: Command): ControllerManagerFlagOptions {
  try {
    return parseControllerManagerFlags(givenFlags(command, rows));
  } catch (error) {
    if (error instanceof ControllerFlagError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
