import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { factsFolder } from '@pg8s/k8s-proto/testing/facts-folder';
import { fullRegistry } from '../discovery/testing/full-registry.ts';
import { PathRouter } from '../http/path-router.ts';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import { serveOpenApi } from './serve-openapi.ts';

const factsFile = join(factsFolder(), 'openapi-v2.json');

type Json = Record<string, unknown>;
interface Document {
  paths: Record<string, Json>;
  definitions: Record<string, Json>;
  parameters?: Record<string, Json>;
  [field: string]: unknown;
}

/** A parameter by its name, with what is shared in the document put in its place. */
function resolveParameters(list: readonly Json[], shared: Record<string, Json>): Json {
  return Object.fromEntries(
    list.map((parameter) => {
      const { $ref } = parameter as { $ref?: string };
      const found =
        $ref === undefined ? parameter : (shared[$ref.slice('#/parameters/'.length)] ?? parameter);
      return [String(found['name']), found];
    }),
  );
}

/** The same structure without descriptions, and with parameters by name: their order says nothing. */
function bare(value: unknown, shared: Record<string, Json>, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item, shared));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isMap || name !== 'description')
      .map(([name, inner]) =>
        name === 'parameters' && !isMap
          ? [name, bare(resolveParameters(inner as Json[], shared), shared, true)]
          : [name, bare(inner, shared, !isMap && name === 'properties')],
      ),
  );
}

interface Parameter {
  name: string;
  in: string;
  description?: string;
}

interface Difference {
  where: string[];
  ours: unknown;
  theirs: unknown;
}

function* differences(ours: unknown, theirs: unknown, where: string[] = []): Generator<Difference> {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
  if (isObject(ours) && isObject(theirs)) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      yield* differences(ours[name], theirs[name], [...where, name]);
    }
  } else {
    yield { where, ours, theirs };
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const withoutCbor = (types: unknown): unknown =>
  Array.isArray(types) ? types.filter((type) => !/cbor/.test(String(type))) : types;

/**
 * Why a server with default flags differs from the published document, which is of one with every alpha
 * feature.
 */
const reasons: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'CBOR is an alpha feature': ({ where, ours, theirs }) =>
    /^(consumes|produces)$/.test(where.at(-1) ?? '') &&
    JSON.stringify(ours) === JSON.stringify(withoutCbor(theirs)),
  'the published document leaves out enums': ({ where, theirs }) =>
    where.at(-1) === 'enum' && theirs === undefined,
  'the published document names no version': ({ where }) => where.join('.') === 'info.version',
  'the logs handler is off by default': ({ where, ours }) =>
    where[0] === 'paths' && where[1]?.startsWith('/logs/') === true && ours === undefined,
};

async function servedDocument(): Promise<Document> {
  const router = new PathRouter();
  serveOpenApi(router, { resources: fullRegistry(), openId: true });
  const { context, response } = fakeExchange({ url: '/openapi/v2' });
  await router.handler(context);
  return JSON.parse(response.text) as Document;
}

const publishedDocument = (): Document => JSON.parse(readFileSync(factsFile, 'utf8')) as Document;

test('the OpenAPI 2 document is the published one', async () => {
  const ours = await servedDocument();
  // Sharing parameters saves room, and says nothing.
  const { parameters: ourShared = {}, ...ourRest } = ours;
  const { parameters: shared = {}, ...theirs } = publishedDocument();
  const found = [...differences(structure(ourRest, ourShared), structure(theirs, shared))];
  // One name may be there several times, with other words.
  const names = (parameters: Record<string, Json>) =>
    new Set(Object.values(parameters).map((parameter) => String(parameter['name'])));
  const published = names(shared);
  // The logs handler is off by default.
  published.delete('logpath');
  assert.deepEqual(names(ourShared), published);
  const used = new Set<string>();
  const unexplained = found.filter((difference) => {
    const reason = Object.keys(reasons).find((name) => reasons[name]?.(difference) === true);
    if (reason !== undefined) used.add(reason);
    return reason === undefined;
  });
  assert.deepEqual(unexplained.slice(0, 10), []);
  assert.deepEqual([...used].sort(), Object.keys(reasons).sort(), 'a reason explains nothing any more');
  assert.ok(Object.keys(theirs.paths).length > 300, 'there was something to compare');
});

test('every parameter has the description that the JavaScript client publishes', async () => {
  const found = parametersIn((await servedDocument()).paths).concat(
    parametersIn((await servedDocument())['parameters']),
  );
  assert.ok(found.length > 500, `${found.length} parameters`);
  assert.deepEqual(
    found.filter(({ in: place, description = '' }) => place !== 'body' && description === ''),
    [],
  );
  // What kubectl's own test of the document looks for, and what differs by the operation.
  const described = new Set(found.map(({ name, description = '' }) => `${name}: ${description}`));
  const has = (beginning: string) => [...described].some((text) => text.startsWith(beginning));
  for (const beginning of [
    'watch: Watch for changes to the described resources',
    'labelSelector: A selector to restrict the list of returned objects by their labels.',
    'container: The container for which to stream logs.',
    'container: The container in which to execute the command.',
    "pretty: If 'true', then the output is pretty printed.",
    'namespace: object name and auth scope',
    'path: path to the resource',
    'path: Path is the URL path to use for the current proxy request to pod.',
    'path: Path is the URL path to use for the current proxy request to node.',
    'sendInitialEvents: `sendInitialEvents=true` may be set together with `watch=true`.',
  ])
    assert.ok(has(beginning), beginning);
  const managers = [...described].filter((text) => text.startsWith('fieldManager: '));
  assert.deepEqual(managers.map((text) => text.includes('required for apply requests')).sort(), [
    false,
    true,
  ]);
});

/** All that have a name and a place, wherever they stand. */
function parametersIn(value: unknown): Parameter[] {
  if (Array.isArray(value)) return value.flatMap(parametersIn);
  if (!isObject(value)) return [];
  const inner = Object.values(value).flatMap(parametersIn);
  return typeof value['name'] === 'string' && typeof value['in'] === 'string'
    ? [...inner, value as unknown as Parameter]
    : inner;
}

function structure({ paths, definitions, ...rest }: Document, shared: Record<string, Json>): Json {
  const each = (map: Record<string, Json>): Json =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, bare(value, shared)]));
  const described = bare(rest, shared) as Json;
  return { ...described, paths: each(paths), definitions: each(definitions) };
}
