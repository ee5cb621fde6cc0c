import { gunzipSync } from 'node:zlib';
import { parse as parseYaml } from 'yaml';
import type { Answer } from './asked-server.ts';

/** An answer without what differs from one run to the next. */
export interface NormalAnswer {
  code: number;
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON, a list of parsed lines for a watch, or text. */
  body: unknown;
}

/** Headers that have the time, the size or the name of a request in them, or that HTTP itself adds. */
const runHeaders = new Set([
  'date',
  'content-length',
  'audit-id',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'etag',
  'last-modified',
  'expires',
]);

/** Order matters: longer forms come before those that they contain. */
const replacements: readonly [RegExp, string][] = [
  // A name of types in messages about expressions, numbered by the clock.
  [/\bselfType\d+\b/g, 'selfTypeN'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/(kubernetes\.io\/legacy-token-last-used":")20\d\d-\d\d-\d\d/g, '$1DAY'],
  [/\b10\.96\.\d{1,3}\.\d{1,3}\b/g, 'SERVICE-IP'],
  [/(resourceVersion(?:\\*")?: ?(?:\\*")?)[1-9]\d*/g, '$1RV'],
  [/p{50,}\w{5}\b/g, 'LONG-GENERATED'],
  [/(generated[-_])[bcdfghj-np-tv-xz2456789]{5}\b/gi, '$1NAME'],
  [/\b(kube-api-access-)[bcdfghj-np-tv-xz2456789]{5}\b/g, '$1NAME'],
  [/(\\*"(?:kid|n)\\*":\\*")[\w-]{40,}/g, '$1KEY'],
  [/(ResourceVersion in (?:record \(|object meta: ))\d+/g, '$1RV'],
  [/(Too large resource version: \d+, current: )\d+/g, '$1RV'],
  [/("?nodePort"?:|"healthCheckNodePort":) ?3[0-2]\d{3}\b/g, '$1"NODE-PORT"'],
  [/(\\"(?:nodePort|healthCheckNodePort)\\+":)3[0-2]\d{3}\b/g, '$1NODE-PORT'],
  [/(Duplicate value: )3[0-2]\d{3}\b/g, '$1NODE-PORT'],
  [/\b(port "?|nodePort: |:)3[0-2]\d{3}\/(TCP|UDP|SCTP)/g, '$1NODE-PORT/$2'],
  [/(hash=)[0-9A-F]{128}/g, '$1HASH'],
  // Of documents with other descriptions.
  [/\b(bytes [\d*-]+)\/\d+/g, '$1/SIZE'],
  // Of the text of a parameter, which has its description.
  [/(#\/parameters\/\w+)-[\w-]{8}"/g, '$1-HASH"'],
  // The same in base64, as a Secret has it.
  [/ZXlK[\w+/]{40,}=*/g, 'TOKEN'],
  [/eyJ[\w-]+(\.[\w-]+)?\.[\w-]*/g, 'TOKEN'],
  // Whichever of two bindings is found first.
  [
    /(allowed by ClusterRoleBinding \\*"system:)(public-info-viewer|discovery)(.* of ClusterRole \\*"system:)(public-info-viewer|discovery)/g,
    '$1PUBLIC$3PUBLIC',
  ],
];

/** Stands for the port of the server that was asked. */
const serverPort = '99999';

function replaceAll(text: string, port: number): string {
  let next = text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), serverPort);
  for (const [pattern, replacement] of replacements) next = next.replaceAll(pattern, replacement);
  return next;
}

/** The names that a server made up, by what they were generated from. */
function withoutGeneratedNames(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata } = object as { metadata?: { name?: string; generateName?: string } };
  const { name, generateName } = metadata ?? {};
  if (name === undefined || !generateName || !name.startsWith(generateName)) return object;
  return { ...object, metadata: { ...metadata, name: `${generateName}GENERATED` } };
}

interface SomeObject {
  kind?: string;
  metadata?: { finalizers?: string[] };
  status?: { conditions?: { type: string }[] };
}

/**
 * The finalizers of a Namespace that is deleted come in the order of a Go map, the conditions of a definition
 * in that of the controllers that were first.
 */
function withoutChance(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { kind, metadata, status } = object as SomeObject;
  if (kind === 'Namespace' && metadata?.finalizers !== undefined)
    return { ...object, metadata: { ...metadata, finalizers: metadata.finalizers.toSorted() } };
  if (kind === 'CustomResourceDefinition' && status?.conditions !== undefined)
    return { ...object, status: { ...status, conditions: status.conditions.toSorted(byType) } };
  return object;
}

function byType(left: { type: string }, right: { type: string }): number {
  return left.type < right.type ? -1 : left.type > right.type ? 1 : 0;
}

/** The order of owners depends on the second in which they wrote. */
function byOwner(left: object, right: object): number {
  const [a, b] = [ownerOf(left), ownerOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Shared parameters of OpenAPI 2, whose names end with a hash of their text. */
function withoutHashes(parameters: unknown): unknown {
  if (typeof parameters !== 'object' || parameters === null) return parameters;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.replace(/-[\w-]{8}$/, '-HASH'),
      value as unknown,
    ]),
  );
}

function byText(left: unknown, right: unknown): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function ownerOf(entry: object): string {
  const { manager, operation, subresource, apiVersion } = entry as Record<string, string | undefined>;
  return [manager, operation, subresource ?? '', apiVersion].join('\n');
}

/** Several managers who conflict come in the order of a Go map; their names sort the message. */
function byManager(causes: object[]): object[] {
  const managerOf = (cause: object) => {
    const { reason, message = '' } = cause as { reason?: string; message?: string };
    return reason === 'FieldManagerConflict' ? message : '';
  };
  return causes.toSorted((left, right) =>
    managerOf(left) < managerOf(right) ? -1 : managerOf(left) > managerOf(right) ? 1 : 0,
  );
}

function normalJson(text: string, port: number): unknown {
  const value = JSON.parse(text) as { openapi?: unknown; swagger?: unknown } | null;
  const isOpenApi = value?.openapi !== undefined || value?.swagger !== undefined;
  return JSON.parse(
    replaceAll(
      JSON.stringify(withoutChance(withoutGeneratedNames(value)), (key, item: unknown) => {
        if (key === 'continue' && typeof item === 'string' && item !== '') return 'CONTINUE';
        // Descriptions of types, columns and parameters are written by each project for itself.
        if (key === 'description' && typeof item === 'string') return isOpenApi ? undefined : '';
        if (key === 'parameters' && !Array.isArray(item)) return withoutHashes(item);
        if (key === 'managedFields' && Array.isArray(item)) return item.toSorted(byOwner);
        // Of bindings in the order of a Go map.
        if (/^(r|nonR)esourceRules$/.test(key) && Array.isArray(item)) return item.toSorted(byText);
        if (key === 'causes' && Array.isArray(item)) return byManager(item);
        return item;
      }),
      port,
    ),
    // The age of an object in a table.
    (key, item: unknown) =>
      key === 'cells' && Array.isArray(item)
        ? item.map((cell: unknown) =>
            typeof cell === 'string' && /^(?=\d)(\d+m)?(\d+s)?$/.test(cell) ? 'AGE' : cell,
          )
        : item,
  );
}

/** The answer in a form in which those of two servers can be compared. */
export function normalise({ code, headers, body }: Answer, port: number): NormalAnswer {
  // Compressors differ in what they make of the same.
  const plain = headers['content-encoding'] === 'gzip' && body.byteLength > 0 ? gunzipSync(body) : body;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!runHeaders.has(name)) kept[name] = replaceAll(value, port);
  }
  kept['audit-id'] = headers['audit-id'] === undefined ? 'absent' : 'present';
  return { code, headers: kept, body: normalBody(headers['content-type'] ?? '', plain, port) };
}

function normalBody(contentType: string, body: Buffer, port: number): unknown {
  if (contentType.includes('protobuf')) return { protobuf: body.subarray(0, 4).toString('latin1') };
  const text = body.toString();
  if (contentType.startsWith('application/yaml')) return normalJson(JSON.stringify(parseYaml(text)), port);
  if (!contentType.startsWith('application/json')) return replaceAll(text, port);
  try {
    return normalJson(text, port);
  } catch {
    const lines = text.split('\n').filter((line) => line !== '');
    try {
      return lines.map((line) => normalJson(line, port));
    } catch {
      return replaceAll(text, port);
    }
  }
}
