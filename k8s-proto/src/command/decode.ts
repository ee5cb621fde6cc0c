/** `pg8s decode`: values as the store has them → objects as JSON or YAML. */
import { Buffer } from 'node:buffer';
import { stringify } from 'yaml';
import { parseJsonStrict } from '../conform/parse-json-strict.ts';
import { decodeObject, isEnvelope } from '../envelope.ts';
import { CommandError, atLine, filledLines } from './command-input.ts';
import type { CommandInput } from './command-input.ts';

export interface DecodeOptions {
  output: 'json' | 'yaml';
  /** One base64 value per line; JSON comes out one object per line. */
  base64: boolean;
}

/** Custom resources are stored as JSON; everything else in the envelope. */
function decodeValue(bytes: Uint8Array): unknown {
  const first = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  return first.startsWith('{')
    ? parseJsonStrict(Buffer.from(bytes).toString('utf8')).value
    : decodeObject(bytes);
}

/** `etcdctl get --print-value-only` ends each value with a newline, which no envelope does. */
function splitValues(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const separator = Buffer.from('\nk8s\0');
  const values: Uint8Array[] = [];
  let start = 0;
  for (let at = buffer.indexOf(separator); at !== -1; at = buffer.indexOf(separator, start + 1)) {
    values.push(buffer.subarray(start, at));
    start = at + 1;
  }
  const last = buffer.subarray(start);
  values.push(last.at(-1) === 0x0a ? last.subarray(0, -1) : last);
  return values;
}

function decodeRaw(input: CommandInput): unknown[] {
  if (input.bytes.length === 0) throw new CommandError(input, undefined, 'no value');
  if (!isEnvelope(input.bytes)) return [atLine(input, undefined, () => decodeValue(input.bytes))];
  try {
    return [decodeValue(input.bytes)];
  } catch {
    return splitValues(input.bytes).map((value) => atLine(input, undefined, () => decodeValue(value)));
  }
}

function decodeLines(input: CommandInput): unknown[] {
  return filledLines(Buffer.from(input.bytes).toString('utf8')).map(({ line, text }) => {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new CommandError(input, line, 'not base64');
    return atLine(input, line, () => decodeValue(Buffer.from(text, 'base64')));
  });
}

function toYaml(object: unknown): string {
  // YAML 1.1 rules quote what kubectl's readers would otherwise take for times and booleans.
  return stringify(object, {
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    lineWidth: 0,
    version: '1.1',
  });
}

/** The text that the command prints for one input. @throws CommandError */
export function decodeInput(input: CommandInput, { output, base64 }: DecodeOptions): string {
  const objects = base64 ? decodeLines(input) : decodeRaw(input);
  if (output === 'yaml') return objects.map(toYaml).join('---\n');
  const indent = base64 || objects.length > 1 ? undefined : 2;
  return objects.map((object) => `${JSON.stringify(object, undefined, indent)}\n`).join('');
}
