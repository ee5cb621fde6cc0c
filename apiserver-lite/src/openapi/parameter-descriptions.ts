import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PathItem } from './operation.ts';
import type { ParameterInfo } from './parameters.ts';

/** What a parameter is for; empty where nothing is known. */
export type DescribeParameter = (parameter: ParameterInfo) => string;

type Descriptions = ReadonlyMap<string, string>;

const nothing: Descriptions = new Map();
const cache = new Map<string, Descriptions>();

/**
 * The descriptions of the parameters of paths and their operations. The Kubernetes project publishes them
 * with its JavaScript client, as doc comments of what each operation takes; line breaks are spaces there.
 * That file is read when an operation is asked for that was not asked for before.
 */
export async function parameterDescriptions(items: readonly PathItem[]): Promise<DescribeParameter> {
  const parameters = items.flatMap((item) => [
    item.parameters,
    ...item.operations.map((one) => one.parameters),
  ]);
  const operations = new Set(parameters.flat().flatMap(({ operation }) => operation ?? []));
  const missing = [...operations].filter((operation) => !cache.has(operation));
  if (missing.length > 0) {
    // `import.meta.resolve` leads to dist/index.js.
    const folder = dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node')));
    const source = await readFile(join(folder, 'gen/types/ObjectParamAPI.d.ts'), 'utf8');
    for (const operation of missing) cache.set(operation, parseOperation(source, operation));
  }
  return ({ name, operation, description }) =>
    description ?? (operation === undefined ? nothing : cache.get(operation))?.get(name) ?? '';
}

/**
 * Picks the doc comment before each parameter of an operation:
 *
 *     export interface CoreV1ApiListNamespacedPodRequest {
 *         /**
 *          * What it is for.
 *          * Defaults to: undefined
 *          * @type string
 *          * @memberof CoreV1ApilistNamespacedPod
 *          (its end)
 *         fieldSelector?: string;
 */
function parseOperation(source: string, operation: string): Descriptions {
  const start = source.indexOf(`export interface ${operation}Request {`);
  if (start < 0) return nothing;
  const text = source.slice(start, source.indexOf('\n}', start));
  const pattern = /\/\*\*\n\s*\* (.*)\n\s*\* Defaults to: (?:.*\n)*?\s*\*\/\n\s*(\w+)\??:/g;
  return new Map(
    [...text.matchAll(pattern)].map(([, comment = '', name = '']) => [
      parameterName(name),
      unescape(comment),
    ]),
  );
}

/** TypeScript cannot have some names: `_continue`. */
function parameterName(name: string): string {
  return name.replace(/^_/, '');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** The comments are escaped as HTML, and some of that again as JavaScript. */
function unescape(text: string): string {
  return text.replaceAll(/\\?&(?:#x([0-9A-F]+)|#(\d+)|(amp|lt|gt|quot));/g, (_, hex, decimal, entity) =>
    entity === undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(String(hex), 16))
      : (entities[String(entity)] ?? ''),
  );
}
