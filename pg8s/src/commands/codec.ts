import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError, type CommandInput } from '@pg8s/k8s-proto/command/command-input';
import { decodeInput } from '@pg8s/k8s-proto/command/decode';
import { encodeInput } from '@pg8s/k8s-proto/command/encode';
import { Option } from 'commander';
import type { DefineCommand } from '../define-command.ts';
import { UsageError } from '../usage-error.ts';

interface DecodeOptions {
  output: 'json' | 'yaml';
  base64: boolean;
}

/** `pg8s decode`: values as the store has them → objects. */
export const defineDecode: DefineCommand = (command) => {
  command
    .addOption(
      new Option('-o, --output <format>', 'form of the objects').choices(['json', 'yaml']).default('json'),
    )
    .option('--base64', 'one base64 value a line in, one JSON object a line out', false)
    .argument('[file...]', 'files to read instead of standard input')
    .action((files: string[], options: DecodeOptions) =>
      convert(files, (input) => decodeInput(input, options)),
    );
};

/** `pg8s encode`: objects → values as the store has them. */
export const defineEncode: DefineCommand = (command) => {
  command
    .option('--base64', 'one base64 value a line out', false)
    .argument('[file...]', 'files to read instead of standard input')
    .action((files: string[], options: { base64: boolean }) =>
      convert(files, (input) => encodeInput(input, options)),
    );
};

/** Converts each input and writes it; what came before a bad one is written. */
async function convert(
  files: readonly string[],
  work: (input: CommandInput) => string | Uint8Array,
): Promise<void> {
  const inputs = files.length === 0 ? ['-'] : files;
  for (const file of inputs) {
    const input = await read(file);
    let output: string | Uint8Array;
    try {
      output = work(input);
    } catch (error) {
      if (error instanceof CommandError) throw new UsageError(error.message);
      throw error;
    }
    await write(output);
  }
}

async function read(file: string): Promise<CommandInput> {
  if (file === '-') return { name: 'stdin', bytes: await buffer(process.stdin) };
  try {
    return { name: file, bytes: await readFile(file) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Resolves when it is written: a pipe may be slow. A reader that went away (`| head`) ends the program in
 * peace.
 */
function write(output: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(output, (error) => {
      if (error === null || error === undefined) resolve();
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      else reject(error);
    });
  });
}
