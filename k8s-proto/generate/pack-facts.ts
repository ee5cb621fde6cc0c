import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { FactFiles } from '../src/testing/facts-folder.ts';

/**
 * The archive of a folder of facts: `wire.json`, `resources.json`, `openapi-v2.json` without its
 * descriptions, and the pairs in `golden/`. The same facts always give the same bytes.
 */
export function packFacts(folder: string): Buffer {
  const files: FactFiles = {};
  for (const name of ['wire.json', 'resources.json'])
    files[name] = { text: compact(join(folder, name), (value) => value) };
  files['openapi-v2.json'] = { text: compact(join(folder, 'openapi-v2.json'), withoutDescriptions) };
  for (const name of readdirSync(join(folder, 'golden')).sort()) {
    const content = readFileSync(join(folder, 'golden', name));
    files[`golden/${name}`] = name.endsWith('.json')
      ? { text: content.toString() }
      : { base64: content.toString('base64') };
  }
  const text = JSON.stringify(files);
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text),
    },
  });
}

function compact(file: string, change: (value: unknown) => unknown): string {
  return JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))));
}

/** Descriptions are Kubernetes' own sentences; a field of that name in an object stays. */
function withoutDescriptions(value: unknown, isMap: unknown = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDescriptions(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => isMap === true || name !== 'description' || typeof inner !== 'string')
      .map(([name, inner]) => [name, withoutDescriptions(inner, isMap !== true && name === 'properties')]),
  );
}
