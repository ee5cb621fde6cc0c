import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs one program in this terminal, after showing its command line; resolves to its exit code. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  console.log(`$ ${command === process.execPath ? 'node' : command} ${args.join(' ')}`);
  const child = spawn(command, args, { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
