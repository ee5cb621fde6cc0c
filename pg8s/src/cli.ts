import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import type { DefineCommand } from './define-command.ts';
import { UsageError } from './usage-error.ts';

interface CommandEntry {
  description: string;
  load(): Promise<DefineCommand>;
}

/**
 * Modules are loaded only when their command is called: starting up shall cost nothing that it does not need.
 */
const commands: Readonly<Record<string, CommandEntry>> = {
  up: {
    description: 'start everything: PostgreSQL, the etcd server, the API server, controllers and nodes',
    load: async () => (await import('./commands/up.ts')).defineUp,
  },
  etcd: {
    description: "an etcd server on PostgreSQL, with etcd's own flags and ETCD_… variables",
    load: async () => (await import('./commands/etcd.ts')).defineEtcd,
  },
  apiserver: {
    description: "a Kubernetes API server on any etcd, with kube-apiserver's own flags",
    load: async () => (await import('./commands/apiserver.ts')).defineApiserver,
  },
  controllers: {
    description: "controllers, scheduler and simulated nodes, with kube-controller-manager's own flags",
    load: async () => (await import('./commands/controllers.ts')).defineControllers,
  },
  scheduler: {
    description: "the scheduler alone, with kube-scheduler's own flags",
    load: async () => (await import('./commands/scheduler.ts')).defineScheduler,
  },
  decode: {
    description: 'print values from the store (stdin or files) as objects',
    load: async () => (await import('./commands/codec.ts')).defineDecode,
  },
  encode: {
    description:
      'turn objects (stdin or files; one JSON object a line, or one document) into values of the store',
    load: async () => (await import('./commands/codec.ts')).defineEncode,
  },
};
/** Adds `pg8s complete SHELL`, which has to know every command whole. */
const completion = 'complete';

/** Runs the command line `argv` (as in `process.argv`) and resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    const program = await createProgram(argv[2], (code) => {
      exitCode = code;
    });
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    console.error(`pg8s: ${error.message}`);
    return 1;
  }
}

async function createProgram(
  called: string | undefined,
  report: (exitCode: number) => void,
): Promise<Command> {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('pg8s')
    .description('A Kubernetes control plane on PostgreSQL')
    .version(manifest.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride();
  for (const [command, { description, load }] of Object.entries(commands)) {
    const entry = program.command(command).description(description);
    if (called === command || called === completion || called === 'help') (await load())(entry, report);
  }
  if (called === completion) (await import('@bomb.sh/tab/commander')).default(program);
  else program.command(completion).description('print a completion script for bash, zsh, fish or powershell');
  return program;
}
