/** `pg8s decode`: values as the store has them → objects as JSON or YAML. */
import { Buffer } from 'node:buffer';
import { stringify } from 'yaml';
import { CodecError } from '../codec/codec-error.ts';
import { ConformError } from '../conform/conform-error.ts';
import { parseJsonStrict } from '../conform/parse-json-strict.ts';
import { decodeObject } from '../stored-object.ts';
import { isEnvelope } from '../envelope.ts';
import { decodeObjectLossless, encodesTo } from '../lossless/lossless-object.ts';
import { parseJson, stringifyJson } from '../json.ts';
import { encodeValue } from './encode.ts';
import { CommandError, atLine, filledLines } from './command-input.ts';
import type { CommandInput } from './command-input.ts';

export interface DecodeOptions {
  output: 'json' | 'yaml';
  /** One base64 value per line; JSON comes out one object per line. */
  base64: boolean;
  /** Takes a line for the person at the terminal; standard error unless given. */
  warn?: (line: string) => void;
}

interface Decoded {
  object: unknown;
  /** `encode` makes the same bytes of the object. */
  exact: boolean;
}

function isEncodedBack(object: unknown, bytes: Uint8Array): boolean {
  try {
    // What is compared is what `encode` will read.
    return Buffer.from(encodeValue(parseJson(stringifyJson(object) ?? ''))).equals(bytes);
  } catch (error) {
    if (error instanceof CodecError || error instanceof ConformError) return false;
    throw error;
  }
}

/** Whether an opaque value may be protobuf by itself, which JSON can't show. */
function hasEmbedded(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('k8s\0', 4);
}

/**
 * An object that 1.36 would have written comes out plain; others with what keeps `encode` from changing them.
 */
function decodeEnvelope(bytes: Uint8Array): Decoded {
  const plain = decodeObject(bytes);
  if (encodesTo(plain, bytes) && !hasEmbedded(bytes)) return { object: plain, exact: true };
  let object = plain;
  try {
    object = decodeObjectLossless(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
  }
  return { object, exact: isEncodedBack(object, bytes) };
}

/** Custom resources are stored as JSON; everything else in the envelope. */
function decodeValue(bytes: Uint8Array): Decoded {
  const first = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (first.startsWith('{')) {
    const object = parseJsonStrict(Buffer.from(bytes).toString('utf8')).value;
    return { object, exact: isEncodedBack(object, bytes) };
  }
  const provider = /^k8s:enc:(\w+):/.exec(first)?.[1];
  if (provider !== undefined) {
    throw new CodecError('unsupportedContent', `the value is encrypted (provider "${provider}")`);
  }
  return decodeEnvelope(bytes);
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

interface Placed extends Decoded {
  line: number | undefined;
}

function decodeRaw(input: CommandInput): Placed[] {
  const line = undefined;
  if (input.bytes.length === 0) throw new CommandError(input, line, 'no value');
  if (!isEnvelope(input.bytes)) return [{ line, ...atLine(input, line, () => decodeValue(input.bytes)) }];
  try {
    return [{ line, ...decodeValue(input.bytes) }];
  } catch {
    return splitValues(input.bytes).map((value) => ({
      line,
      ...atLine(input, line, () => decodeValue(value)),
    }));
  }
}

function decodeLines(input: CommandInput): Placed[] {
  return filledLines(Buffer.from(input.bytes).toString('utf8')).map(({ line, text }) => {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new CommandError(input, line, 'not base64');
    return { line, ...atLine(input, line, () => decodeValue(Buffer.from(text, 'base64'))) };
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

function warnOnStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * The text that the command prints for one input. `encode` makes the same bytes of it, whatever version wrote
 * them; for a value with which that doesn't work there is a warning.
 *
 * @throws CommandError
 */
export function decodeInput(input: CommandInput, options: DecodeOptions): string {
  const { output, base64, warn = warnOnStandardError } = options;
  const decoded = base64 ? decodeLines(input) : decodeRaw(input);
  for (const { line, exact } of decoded) {
    if (exact) continue;
    warn(new CommandError(input, line, 'encoding this object again will not give the same bytes').message);
  }
  const objects = decoded.map(({ object }) => object);
  if (output === 'yaml') return objects.map(toYaml).join('---\n');
  const indent = base64 || objects.length > 1 ? undefined : 2;
  return objects.map((object) => `${stringifyJson(object, indent)}\n`).join('');
}
