import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  scope: Namespaced
  names:
    plural: crontabs
    singular: crontab
    kind: CronTab
    shortNames: [ct]
    categories: [all]
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale:
          specReplicasPath: .spec.replicas
          statusReplicasPath: .status.replicas
      additionalPrinterColumns:
        - {name: Spec, type: string, jsonPath: .spec.cronSpec}
        - {name: Replicas, type: integer, jsonPath: .spec.replicas}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      schema:
        openAPIV3Schema:
          type: object
          description: A table of jobs.
          properties:
            spec:
              type: object
              description: What is wanted.
              properties:
                cronSpec: {type: string, pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$', description: When.}
                replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
                image: {type: string}
            status:
              type: object
              properties:
                replicas: {type: integer}
`;

const crontab = (name: string, more = '') => `
apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: ${name}
spec:
  cronSpec: '* * * * */5'
  image: first
${more}`;

/** Custom resources as somebody uses them who has kubectl and a definition. */
describe('custom resources', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const kubectl = (...args: string[]): Promise<string> => clients.kubectl(...args);
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(dataDir.path, name);
    await writeFile(path, text);
    return path;
  };
  const fails = async (...args: string[]): Promise<string> => {
    try {
      await kubectl(...args);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new assert.AssertionError({ message: `kubectl ${args.join(' ')} succeeded` });
  };

  test('a definition is established and can be discovered', async () => {
    await kubectl('apply', '-f', await file('definition.yaml', definition));
    await kubectl('wait', '--for=condition=Established', 'crd/crontabs.stable.example.com', '--timeout=30s');
    await eventually(async () =>
      /^crontabs +ct +stable\.example\.com\/v1 +true +CronTab$/m.test(
        await kubectl('api-resources', '--api-group=stable.example.com'),
      ),
    );
  });

  test('is explained', async () => {
    const text = await kubectl('explain', 'crontabs.spec.cronSpec');
    assert.match(text, /GROUP: +stable\.example\.com/);
    assert.match(text, /FIELD: cronSpec <string>/);
    assert.match(text, /When\./);
  });

  test('apply creates, changes, and leaves alone', async () => {
    const first = await file('crontab.yaml', crontab('first'));
    assert.match(await kubectl('apply', '-f', first), /created/);
    assert.match(await kubectl('apply', '-f', first), /unchanged/);
    const second = await file('changed.yaml', crontab('first', '  replicas: 3\n'));
    assert.match(await kubectl('apply', '-f', second), /configured/);
    assert.match(
      await kubectl('apply', '--server-side', '--force-conflicts', '-f', second),
      /serverside-applied/,
    );
    assert.equal(await kubectl('get', 'ct', 'first', '-o', 'jsonpath={.spec.replicas}'), '3');
    assert.match(await kubectl('diff', '-f', second), /^$/);
  });

  test('wrong objects are refused', async () => {
    const wrong = await file('wrong.yaml', crontab('wrong', '  replicas: 11\n'));
    assert.match(
      await fails('apply', '-f', wrong),
      /spec\.replicas: Invalid value: 11: spec\.replicas in body should be less than or equal to 10/,
    );
    const unknown = await file('unknown.yaml', crontab('unknown', '  colour: red\n'));
    assert.match(await fails('apply', '-f', unknown), /strict decoding error: unknown field "spec\.colour"/);
  });

  test('get shows the columns, also by the short name and in the category', async () => {
    assert.match(
      await kubectl('get', 'ct'),
      /^NAME +SPEC +REPLICAS +AGE\nfirst +\* \* \* \* \*\/5 +3 +\w+\n$/,
    );
    assert.match(await kubectl('get', 'all'), /crontab\.stable\.example\.com\/first/);
  });

  test('is scaled, patched, labelled and watched', async () => {
    await kubectl('scale', '--replicas=5', 'crontab/first');
    assert.equal(await kubectl('get', 'ct/first', '-o', 'jsonpath={.spec.replicas}'), '5');
    await kubectl('patch', 'ct/first', '--type=merge', '-p', '{"spec":{"image":"second"}}');
    await kubectl(
      'patch',
      'ct/first',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]',
    );
    assert.match(
      await kubectl('get', 'ct', '-l', 'a=b', '-o', 'name'),
      /^crontab\.stable\.example\.com\/first$/m,
    );
    await kubectl(
      'patch',
      'ct/first',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"replicas":2}}',
    );
    await kubectl('wait', '--for=jsonpath={.status.replicas}=2', 'ct/first', '--timeout=10s');
    assert.match(
      await fails('patch', 'ct/first', '-p', '{"spec":{}}'),
      /strategic merge patch is not supported|415|UnsupportedMediaType|unknown format/,
    );
  });

  test('dependents are collected, and a namespace takes its objects with it', async () => {
    const uid = await kubectl('get', 'ct/first', '-o', 'jsonpath={.metadata.uid}');
    const owned = await file(
      'owned.yaml',
      `apiVersion: v1
kind: ConfigMap
metadata:
  name: owned
  ownerReferences: [{apiVersion: stable.example.com/v1, kind: CronTab, name: first, uid: ${uid}}]
`,
    );
    await kubectl('apply', '-f', owned);
    await kubectl('create', 'namespace', 'short');
    await kubectl('apply', '-n', 'short', '-f', await file('in-short.yaml', crontab('inside')));
    await kubectl('delete', 'namespace', 'short', '--timeout=60s');
    await kubectl('delete', 'ct', 'first', '--timeout=30s');
    await eventually(async () => (await kubectl('get', 'configmap', 'owned', '--ignore-not-found')) === '');
  });

  test('the definition goes with its objects, and comes back at once', async () => {
    await kubectl('apply', '-f', await file('again.yaml', crontab('again')));
    await kubectl('delete', 'crd', 'crontabs.stable.example.com', '--timeout=60s');
    assert.match(
      await fails('get', 'crontabs'),
      /doesn't have a resource type|could not find the requested resource/,
    );
    await kubectl('apply', '-f', join(dataDir.path, 'definition.yaml'));
    await kubectl('wait', '--for=condition=Established', 'crd/crontabs.stable.example.com', '--timeout=30s');
    await eventually(async () => (await kubectl('get', 'crontabs', '-A', '-o', 'name')) === '');
  });
});
