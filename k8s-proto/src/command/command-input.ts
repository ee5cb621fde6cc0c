import { CodecError } from '../codec/codec-error.ts';
import { ConformError } from '../conform/conform-error.ts';

/** What a command reads: a file, or standard input, as a whole. */
export interface CommandInput {
  /** For messages: the path as given, or `stdin`. */
  name: string;
  bytes: Uint8Array;
}

/** Bad input, with the place: `values.txt:3: the value does not begin with "k8s\0"`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(input: CommandInput, line: number | undefined, message: string) {
    super(line === undefined ? `${input.name}: ${message}` : `${input.name}:${line}: ${message}`);
  }
}

/** Runs `work`, and gives the errors of codec and decoder their place. */
export function atLine<T>(input: CommandInput, line: number | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CodecError || error instanceof ConformError) {
      throw new CommandError(input, line, error.message);
    }
    throw error;
  }
}

/** The lines that hold something, with their numbers from 1. */
export function filledLines(text: string): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((content, index) => ({ line: index + 1, text: content.trim() }))
    .filter(({ text: content }) => content !== '');
}
