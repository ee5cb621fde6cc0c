import { hostname } from 'node:os';
import { createControllers } from '@pg8s/controllers/controllers';
import { ControllerFlagError, parseSchedulerFlags } from '@pg8s/controllers/flags/parse-flags';
import type { ComponentFlagOptions } from '@pg8s/controllers/flags/parse-flags';
import { schedulerFlags } from '@pg8s/controllers/flags/scheduler-flags';
import type { Command } from 'commander';
import type { DefineCommand } from '../define-command.ts';
import { runUntilStopped } from '../shutdown.ts';
import { UsageError } from '../usage-error.ts';
import { addComponentLog, componentLog, type ComponentLogOptions } from './component-log.ts';
import { addFlagOptions, flagRow, type FlagRow, givenFlags } from './flag-options.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';

const rows: readonly FlagRow[] = schedulerFlags.map((flag) => flagRow(flag));

/** `pg8s scheduler`: the scheduler alone, above any Kubernetes API. */
export const defineScheduler: DefineCommand = (command, report) => {
  addComponentLog(addFlagOptions(command, rows)).action(async (options: ComponentLogOptions) => {
    const flags = parse(command);
    const log = componentLog(options, flags);
    const scheduler = await loadKubeconfig(flags.kubeconfig, flags.master);
    report(
      await runUntilStopped(log, () => {
        const running = createControllers({
          kubeConfigs: { scheduler },
          scheduler: flags.settings,
          nodeNames: [],
          identity: `${hostname()}_${crypto.randomUUID()}`,
          log,
        });
        running.start();
        running.ready.then(
          () => log.info('working'),
          () => undefined,
        );
        return Promise.resolve(running);
      }),
    );
  });
};

function parse(command: Command): ComponentFlagOptions {
  try {
    return parseSchedulerFlags(givenFlags(command, rows));
  } catch (error) {
    if (error instanceof ControllerFlagError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
