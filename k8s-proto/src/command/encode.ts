/** `pg8s encode`: objects as JSON (or YAML) → values as the store has them. */
import { Buffer } from 'node:buffer';
import { parseAllDocuments } from 'yaml';
import { conform } from '../conform/conform.ts';
import { parseJsonStrict } from '../conform/parse-json-strict.ts';
import { formatFieldPath } from '../conform/strict-problems.ts';
import { CodecError } from '../codec/codec-error.ts';
import { encodeObject } from '../stored-object.ts';
import { encodeObjectLossless } from '../lossless/lossless-object.ts';
import type { KubeObject } from '../object.ts';
import { kindOf } from '../scheme.ts';
import { goMapJson } from '../go-json.ts';
import { CommandError, atLine, filledLines } from './command-input.ts';
import type { CommandInput } from './command-input.ts';

export interface EncodeOptions {
  /** One base64 value per line instead of the bytes themselves. */
  base64: boolean;
}

interface PlacedObject {
  line: number | undefined;
  value: unknown;
}

/** One JSON document over several lines, one JSON object per line, or YAML documents. */
function readObjects(input: CommandInput): PlacedObject[] {
  const text = Buffer.from(input.bytes).toString('utf8');
  if (text.trim() === '') throw new CommandError(input, undefined, 'no object');
  if (!text.trimStart().startsWith('{')) return readYaml(input, text);
  try {
    JSON.parse(text);
  } catch {
    return filledLines(text).map(({ line, text: json }) => ({
      line,
      value: atLine(input, line, () => parseJsonStrict(json).value),
    }));
  }
  return [{ line: undefined, value: parseJsonStrict(text).value }];
}

/** As `parseJson` has integers: bigints only beyond 2^53. */
function shortInteger(_key: unknown, value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function readYaml(input: CommandInput, text: string): PlacedObject[] {
  const documents = parseAllDocuments(text, { intAsBigInt: true });
  if (!Array.isArray(documents)) throw new CommandError(input, undefined, 'no object');
  return documents.map((document) => {
    const line = text.slice(0, document.range[0]).split('\n').length;
    const [error] = document.errors;
    if (error !== undefined) {
      throw new CommandError(input, error.linePos?.[0].line ?? line, error.message.split('\n')[0] ?? '');
    }
    return { line, value: document.toJS({ maxAliasCount: 100, reviver: shortInteger }) as unknown };
  });
}

/**
 * The stored form of one object: built-in kinds in protobuf, others in JSON, as kube-apiserver keeps them.
 * Lossless forms (`src/lossless/`) are followed. Unknown fields are refused, as they would be lost.
 *
 * @throws CodecError, ConformError
 */
export function encodeValue(value: unknown): Uint8Array {
  const { apiVersion, kind } = (value ?? {}) as Partial<KubeObject>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') {
    throw new CodecError('unknownType', 'an object needs apiVersion and kind');
  }
  const info = kindOf(apiVersion, kind);
  if (info === undefined) {
    // Only a name with a dot can be a custom resource's group.
    if (!apiVersion.includes('.')) {
      throw new CodecError('unknownType', `no kind "${kind}" is registered for version "${apiVersion}"`);
    }
    return Buffer.from(`${goMapJson(value)}\n`);
  }
  const { object, unknownFields, hasLosslessForms } = conform(value, info.message, 'lossless');
  const [unknown] = unknownFields;
  if (unknown !== undefined) throw new CodecError('badValue', `unknown field "${formatFieldPath(unknown)}"`);
  return hasLosslessForms ? encodeObjectLossless(object as KubeObject) : encodeObject(object as KubeObject);
}

/**
 * The bytes that the command writes for one input: the value itself, several of them with a newline between
 * (as etcdctl prints them, and `decode` reads them); with `base64`, lines.
 *
 * @throws CommandError
 */
export function encodeInput(input: CommandInput, { base64 }: EncodeOptions): Uint8Array {
  const values = readObjects(input).map(({ line, value }) => atLine(input, line, () => encodeValue(value)));
  if (base64) {
    return Buffer.from(values.map((value) => `${Buffer.from(value).toString('base64')}\n`).join(''));
  }
  const newline = Buffer.from('\n');
  return Buffer.concat(values.flatMap((value, index) => (index === 0 ? [value] : [newline, value])));
}
