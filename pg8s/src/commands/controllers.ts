import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { KubeConfig } from '@kubernetes/client-node';
import { createControllers } from '@pg8s/controllers/controllers';
import { controllerManagerFlags } from '@pg8s/controllers/flags/controller-manager-flags';
import {
  ControllerFlagError,
  type ControllerManagerFlagOptions,
  parseControllerManagerFlags,
} from '@pg8s/controllers/flags/parse-flags';
import type { Command } from 'commander';
import type { DefineCommand } from '../define-command.ts';
import { runUntilStopped } from '../shutdown.ts';
import { UsageError } from '../usage-error.ts';
import { addComponentLog, componentLog, type ComponentLogOptions } from './component-log.ts';
import { addFlagOptions, flagRow, type FlagRow, givenFlags } from './flag-options.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';
import { readRootCa } from '../root-ca.ts';
import { wholeNumber } from './whole-number.ts';

const rows: readonly FlagRow[] = controllerManagerFlags.map((flag) => flagRow(flag));
const mostNodes = 1_000;

type Kubelet = NonNullable<Parameters<typeof createControllers>[0]['kubelet']>;

interface Options extends ComponentLogOptions {
  nodes: number;
  scheduler: boolean;
  kubeletPort: number;
  kubeletAddress: string;
  kubeletHost: string;
  kubeletClientCaFile?: string;
}

/** `pg8s controllers`: controllers, scheduler and simulated nodes, above any Kubernetes API. */
export const defineControllers: DefineCommand = (command, report) => {
  addFlagOptions(command, rows)
    .option('--nodes <count>', 'simulated nodes (pg8s)', wholeNumber(0, mostNodes), 0)
    .option(
      '--kubelet-port <port>',
      'port of the HTTP API of simulated nodes; 0: any (pg8s)',
      wholeNumber(0, 65_535),
      0,
    )
    .option('--kubelet-address <address>', 'where that API listens (pg8s)', '127.0.0.1')
    .option('--kubelet-host <host>', 'name or address at which API servers reach it (pg8s)', 'localhost')
    .option(
      '--kubelet-client-ca-file <file>',
      'who signs its clients; default: the CA of the kubeconfig (pg8s)',
    )
    .option('--no-scheduler', 'run no scheduler (pg8s)');
  addComponentLog(command).action(async (options: Options) => {
    const flags = parse(command);
    const log = componentLog(options, flags);
    const kubeConfig = await loadKubeconfig(flags.kubeconfig, flags.master);
    const { enabled, concurrency, settings } = flags;
    const rootCa = await readRootCa(flags.controllerSettings.rootCaFile);
    report(
      await runUntilStopped(log, async () => {
        const controllers = createControllers({
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
          ...(options.nodes === 0 ? {} : { kubelet: await kubeletOf(options, kubeConfig) }),
          nodeNames: Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`),
          identity: `${hostname()}_${crypto.randomUUID()}`,
          log,
        });
        controllers.start();
        controllers.ready.then(
          () => log.info('working'),
          () => undefined,
        );
        return controllers;
      }),
    );
  });
};

/**
 * As a kubelet does, without a certificate it makes one for itself; API servers take it as it is by default.
 */
async function kubeletOf(options: Options, kubeConfig: KubeConfig): Promise<Kubelet> {
  const { kubeletPort: port, kubeletAddress: bindAddress, kubeletHost: host } = options;
  const { createSelfSigned } = await import('../pki/authority.ts');
  const { cert, key } = await createSelfSigned({ organization: 'pg8s kubelet', hosts: [host], years: 1 });
  return { port, bindAddress, host, cert, key, clientCa: await kubeletClientCa(options, kubeConfig) };
}

async function kubeletClientCa(
  { kubeletClientCaFile }: Options,
  kubeConfig: KubeConfig,
): Promise<string | undefined> {
  const { caFile, caData } = kubeConfig.getCurrentCluster() ?? {};
  const file = kubeletClientCaFile ?? caFile;
  try {
    if (file !== undefined) return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  return caData === undefined ? undefined : Buffer.from(caData, 'base64').toString();
}

function parse(command: Command): ControllerManagerFlagOptions {
  try {
    return parseControllerManagerFlags(givenFlags(command, rows));
  } catch (error) {
    if (error instanceof ControllerFlagError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
