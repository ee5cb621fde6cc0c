import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a type and its properties are for, as `kubectl explain` shows it. */
export interface TypeDescriptions {
  type: string;
  properties: ReadonlyMap<string, string>;
}

const nothing: TypeDescriptions = { type: '', properties: new Map() };

let modelFolder: string | undefined;
let modelFiles: Promise<ReadonlySet<string>> | undefined;
const cache = new Map<string, Promise<TypeDescriptions>>();

/**
 * The descriptions that the Kubernetes project publishes with its JavaScript client:
 * `@kubernetes/client-node` carries them as doc comments of its models, which are generated from the API of
 * the same release. Read once a type.
 */
export function describeType(type: string): Promise<TypeDescriptions> {
  let descriptions = cache.get(type);
  if (descriptions === undefined) {
    descriptions = readDescriptions(type);
    cache.set(type, descriptions);
  }
  return descriptions;
}

async function readDescriptions(type: string): Promise<TypeDescriptions> {
  // `import.meta.resolve` leads to dist/index.js.
  modelFolder ??= join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen/models');
  modelFiles ??= readdir(modelFolder).then((files) => new Set(files));
  const files = await modelFiles;
  const file = modelNames(type)
    .map((name) => `${name}.d.ts`)
    .find((name) => files.has(name));
  return file === undefined ? nothing : parseModel(await readFile(join(modelFolder, file), 'utf8'));
}

/** `io.k8s.api.core.v1.Event` → `CoreV1Event`, or `V1Event` where the name is nobody else's. */
function modelNames(type: string): string[] {
  const [name = '', version = '', group = ''] = type.split('.').toReversed();
  const short = `${capitalized(version)}${name}`;
  return [`${capitalized(group)}${short}`, short];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Picks the doc comments before the class and before each property:
 *
 *     /**
 *     * What it is for.
 *     (its end)
 *     'name'?: string;
 */
function parseModel(source: string): TypeDescriptions {
  let type = '';
  const properties = new Map<string, string>();
  const pattern =
    /\/\*\*\n((?:[ \t]*\*(?!\/).*\n)+)[ \t]*\*\/\n[ \t]*(?:export declare class \w+|'([^']+)'\??:)/g;
  for (const [, comment = '', property] of source.matchAll(pattern)) {
    const text = comment
      .split('\n')
      .map((line) => line.replace(/^[ \t]*\* ?/, ''))
      .join('\n')
      .trim()
      .replaceAll(/\\(["'])/g, '$1');
    if (property === undefined) type = text;
    else properties.set(propertyName(property), text);
  }
  return { type, properties };
}

/** Names that TypeScript could not have had were changed: `_continue`, `x_kubernetes_list_type`, `$ref`. */
function propertyName(name: string): string {
  return name.replace(/^_/, '').replaceAll('_', '-');
}
