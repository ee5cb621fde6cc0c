import { resolve } from 'node:path';
import type { DefineCommand } from '../define-command.ts';
import type { ControlPlane } from '../control-plane-options.ts';
import { shellQuote } from '../kubeconfig.ts';
import { checkedPostgresUrl } from '../postgres-url.ts';
import { Progress } from '../progress.ts';
import { runUntilStopped } from '../shutdown.ts';
import { addLogOptions, logFor, type LogOptions } from './log-options.ts';
import { wholeNumber } from './whole-number.ts';

interface UpOptions extends LogOptions {
  etcdArg?: string[];
  kubeApiserverArg?: string[];
  kubeControllerManagerArg?: string[];
  kubeSchedulerArg?: string[];
  dataDir: string;
  securePort: number;
  etcdPort: number;
  bindAddress: string;
  postgresUrl?: string;
  nodes: number;
}

const highestPort = 65_535;
const mostNodes = 1_000;

/** `pg8s up`: everything in one process. */
export const defineUp: DefineCommand = (command, report) => {
  command
    .option('--data-dir <dir>', 'where all data lives', './.pg8s')
    .option(
      '--secure-port <port>',
      'port of the Kubernetes API; 0: any free one',
      wholeNumber(0, highestPort),
      6443,
    )
    .option('--etcd-port <port>', 'port of the etcd API; 0: any free one', wholeNumber(0, highestPort), 2379)
    .option('--bind-address <address>', 'address on which both listen', '127.0.0.1')
    .option('--postgres-url <url>', 'a PostgreSQL server to use instead of the embedded one')
    .option('--nodes <count>', 'simulated nodes', wholeNumber(0, mostNodes), 1);
  for (const part of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
    command.option(`--${part}-arg <name=value>`, `a flag for ${part}; may be given several times`, collect);
  }
  addLogOptions(command, 'warn').action(async (options: UpOptions) => report(await up(options)));
};

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

async function up(options: UpOptions): Promise<number> {
  const log = logFor(options);
  const progress = new Progress((line) => console.log(line));
  // npm runs scripts in the project's folder; people mean the one they are in.
  const workingDir = process.env['INIT_CWD'] ?? process.cwd();
  const { startControlPlane } = await import('../control-plane.ts');
  const { postgresUrl, etcdArg, kubeApiserverArg, kubeControllerManagerArg, kubeSchedulerArg, ...rest } =
    options;
  const start = async (): Promise<ControlPlane> => {
    const controlPlane = await startControlPlane({
      ...rest,
      dataDir: resolve(workingDir, options.dataDir),
      ...(postgresUrl === undefined
        ? {}
        : { postgresUrl: checkedPostgresUrl(postgresUrl, '--postgres-url') }),
      etcdArgs: etcdArg ?? [],
      kubeApiserverArgs: kubeApiserverArg ?? [],
      kubeControllerManagerArgs: kubeControllerManagerArg ?? [],
      kubeSchedulerArgs: kubeSchedulerArg ?? [],
      log,
      onUp: (part, detail) => progress.up(part, detail),
    });
    console.log(
      `Ready in ${progress.total()}. Use it:\n` +
        `  export KUBECONFIG=${shellQuote(controlPlane.kubeconfigFile)}\n` +
        `  . ${shellQuote(controlPlane.etcdctlEnvFile)}`,
    );
    return controlPlane;
  };
  return runUntilStopped(log, start, ({ failed }) => failed);
}
