import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { generate } from './kind-modules.ts';

const root = resolve(import.meta.dirname, '../..');
const collection = '/apis/node.k8s.io/v1/runtimeclasses';

/** The path and the text of the example in CONTRIBUTING.md. */
async function example(): Promise<{ path: string; text: string }> {
  const page = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = page.slice(page.indexOf('## Adding a resource'));
  const [, path = '', text = ''] = /^`([^`\n]+)`:\n\n```ts\n(.*?)^```$/ms.exec(section) ?? [];
  assert.match(path, /^apiserver-lite\/src\/registry\/[a-z]+\/[a-z-]+\/[a-z-]+-module\.ts$/);
  return { path, text };
}

/** A copy of the sources of the API server, without the folder of the example's kind. */
async function copyOfTree(folder: string, example: string): Promise<void> {
  await cp(join(root, 'apiserver-lite/src'), join(folder, 'apiserver-lite/src'), { recursive: true });
  await cp(join(root, 'apiserver-lite/package.json'), join(folder, 'apiserver-lite/package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await rm(join(folder, dirname(example)), { recursive: true });
}

type TestRegistryModule = typeof import('../src/registry/testing/test-registry.ts');
type EndpointServerModule = typeof import('../src/endpoints/testing/endpoint-server.ts');

/** The endpoints of the copy, with the collection of modules made anew. */
async function serve(folder: string) {
  const source = join(folder, 'apiserver-lite/src');
  await generate({ check: false, registry: join(source, 'registry') });
  const load = async (file: string): Promise<unknown> => import(pathToFileURL(join(source, file)).href);
  const { testRegistry } = (await load('registry/testing/test-registry.ts')) as TestRegistryModule;
  const { EndpointServer } = (await load('endpoints/testing/endpoint-server.ts')) as EndpointServerModule;
  const { registry } = await testRegistry();
  return EndpointServer.start(registry.resources);
}

/** Checks the types of one file; throws with what the compiler says. */
async function checkTypes(folder: string, file: string): Promise<void> {
  const config = { extends: join(root, 'tsconfig.json'), include: [], files: [join(folder, file)] };
  const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] };
  const text = JSON.stringify({ ...config, compilerOptions });
  await writeFile(join(folder, 'tsconfig.json'), text);
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
}

const runtimeClass = (handler: string) => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'sandboxed' },
  handler,
});

test('the example of CONTRIBUTING.md is a resource with nothing but its folder', async (t) => {
  const { path, text } = await example();
  const folders: string[] = [];
  t.after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
  const makeFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-kind-'));
    folders.push(folder);
    await copyOfTree(folder, path);
    return folder;
  };

  const without = await serve(await makeFolder());
  t.after(() => without.close());
  assert.equal((await without.send('GET', collection)).status, 404);

  const folder = await makeFolder();
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
  await checkTypes(folder, path);
  const server = await serve(folder);
  t.after(() => server.close());

  const created = await server.send('POST', collection, { body: runtimeClass('runsc') });
  assert.equal(created.status, 201, created.text);
  const invalid = await server.send('POST', collection, { body: runtimeClass('no handler') });
  assert.equal(invalid.status, 422, invalid.text);
  assert.match(
    invalid.json.message,
    /^RuntimeClass\.node\.k8s\.io "sandboxed" is invalid: handler: Invalid value/,
  );
  const read = await server.send('GET', `${collection}/sandboxed`);
  assert.equal(read.json.handler, 'runsc');
  const update = { ...read.json, handler: 'kata' };
  const changed = await server.send('PUT', `${collection}/sandboxed`, { body: update });
  assert.match(changed.json.message, /handler: Invalid value: "kata": field is immutable/);
  const table = await server.send('GET', collection, {
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  });
  assert.deepEqual(
    table.json.columnDefinitions.map(({ name }: { name: string }) => name),
    ['Name', 'Handler', 'Age'],
  );
  assert.deepEqual(table.json.rows[0].cells.slice(0, 2), ['sandboxed', 'runsc']);
});
