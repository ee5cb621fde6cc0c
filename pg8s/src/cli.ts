import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { addApiserverCommand } from './commands/apiserver.ts';
import { addCodecCommands } from './commands/codec.ts';
import { addCompletion } from './commands/completion.ts';
import { addControllersCommand } from './commands/controllers.ts';
import { addEtcdCommand } from './commands/etcd.ts';
import { addUpCommand } from './commands/up.ts';
import { UsageError } from './usage-error.ts';

/** Runs the command line `argv` (as in `process.argv`) and resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  let exitCode = 0;
  const program = new Command('pg8s')
    .description('A Kubernetes control plane on PostgreSQL')
    .version(manifest.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride();
  const report = (code: number): void => {
    exitCode = code;
  };
  addUpCommand(program, report);
  addEtcdCommand(program, report);
  addApiserverCommand(program, report);
  addControllersCommand(program, report);
  addCodecCommands(program);
  addCompletion(program);
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    console.error(`pg8s: ${error.message}`);
    return 1;
  }
}
