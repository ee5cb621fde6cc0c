/**
 * Makes `docs/compatibility.md`: what the server does for each resource, read off its own tables, beside what
 * is known to be missing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { decodeObject, encodeObject } from '@pg8s/k8s-proto/stored-object';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, resources, type ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { ApiTree, type ApiResource, type ApiVersion } from '../src/discovery/api-tree.ts';
import { pathsOf } from '../src/openapi/operations.ts';
import { schemaTable } from '../src/openapi/schema-table.ts';
import { hasDefaults } from '../src/registry/defaults/apply-defaults.ts';
import type { KindDependencies } from '../src/registry/kind-module.ts';
import { kindModuleOf } from '../src/registry/kind-modules.ts';
import { testRegistry } from '../src/registry/testing/test-registry.ts';
import { storageCodec } from '../src/registry/storage-codec.ts';
import { jsonValueCodec } from '../src/registry/resource-types/built-in/value-codecs.ts';
import { maxJsonKeys, maxMapKeys } from '../src/endpoints/body/map-budget.ts';

const target = new URL('../../docs/compatibility.md', import.meta.url);
const onlyMetadata = 'metadata';
const protobuf = 'application/vnd.kubernetes.protobuf';

/** The document, as it should be. */
export async function compatibilityDocument(): Promise<string> {
  const { registry } = await testRegistry({
    tokenRequests: {
      issuer: { issue: () => Promise.reject(new Error('nobody asks')) },
      apiAudiences: [],
      maxExpirationSeconds: undefined,
      extendExpiration: true,
    },
  });
  const versions = new ApiTree(registry.resources).groups().flatMap((group) => group.versions);
  const rows = resources()
    .filter(({ servedByDefault }) => servedByDefault)
    .map((resource) => {
      const version = versions.find(
        ({ group, version }) => group === resource.group && version === resource.version,
      );
      return rowOf(resource, version);
    });
  const whole = rows.filter((row) => row.at(-1) === '' && row.at(5) !== onlyMetadata).length;
  return [
    '# Compatibility',
    '',
    `Every resource that a stock Kubernetes 1.36 server serves by default, and what pg8s does for it. This page is made by`,
    '`npm run generate` from the tables that the server itself works with, and a test fails when it is stale; the last column is',
    'written by hand. What controllers do with the objects is in [controllers.md](controllers.md).',
    '',
    '- **codec**: the form in the store; every resource is read and written as JSON, YAML and protobuf.',
    '- **discovery**, **OpenAPI**: ✔ when every verb and subresource of a stock server is there; otherwise what is missing.',
    '- **defaults**: ✔ when the kind has some; – when a stock server has none for it either.',
    '- **validation**: ✔ when the kind has rules of its own; "metadata" when names, labels, annotations and the like are checked,',
    '  and the types of all fields, but nothing else.',
    '- **printing**: ✔ when `kubectl get` has the columns of a stock server.',
    '',
    `${rows.length} resources, ${whole} without a known gap.`,
    '',
    line(['resource', 'codec', 'discovery', 'OpenAPI', 'defaults', 'validation', 'printing', 'missing']),
    line(Array.from({ length: 8 }, () => '---')),
    ...rows.map(line),
    '',
    customResources,
    '',
    '## Limits',
    '',
    `The maps of one object (\`data\`, labels, annotations …) may have ${count(maxMapKeys)} keys together, and a JSON body`,
    `${count(maxJsonKeys)} keys in all; more are a 413. kube-apiserver has no such limit, but etcd does not take much larger objects,`,
    'and a larger map would keep other requests waiting.',
    '',
    'A whole number of a custom object that was written with a fraction or an exponent (`1.0`, `1e6`) counts as an integer, as it does',
    'once it is stored; kube-apiserver takes it for a float in that one request, so that rules about it and the number of a scale fail there',
    "(`expected int, got float64`). A number of an object is one of JavaScript's here, and those do not remember how they were written. What the schemas and patterns of definitions may cost",
    'in one request has a bound (413): ten seconds for the values of a custom object, in short turns between other requests, and about a hundred',
    'thousand findings. kube-apiserver goes on.',
    '',
    'The expressions of one request (rules of a definition, policies, match conditions, selectors) may be 524,288 characters long together, as many as can be',
    'compiled in about two seconds; more are a 413.',
    '',
  ].join('\n');
}

/** What differs there from a stock server. */
const customResources = `## Custom resources

Definitions, and the objects that they define, are compared with a stock server by families of their own (\`test-e2e/src/differential/families/custom-resources.ts\`). What
differs:

- A stock server waits for two seconds before it creates an object of a kind that was established less than two seconds ago. pg8s does not wait.
- A stock server establishes a definition five seconds after its names were accepted where \`--apiserver-count\` says that there are other servers. pg8s does so where it finds
  a fresh identity lease of another server, and does not read that flag.
- A definition that is deleted goes as soon as its objects have gone; a stock server looks every five seconds.
- Each version of a definition has a watch cache from the first request for that version on, in a stock server from the first request for any of them.
- A custom object that is sent as protobuf is answered with 415; a stock server drops the connection.
- A Scale can be applied to a custom object that nobody owns; a stock server answers 500.
- A watch that comes upon an object which its conversion webhook does not convert ends with that error, and its client lists again and sees the same; in a stock server
  it stays open, and shows nothing more until the object can be converted.
- The garbage collector looks at what is served as soon as a definition changes; the stock one every 30 seconds.`;

/** `65,536` */
const count = (value: number): string => value.toLocaleString('en-US');

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function rowOf(resource: ResourceInfo, version: ApiVersion | undefined): string[] {
  const served = version?.resources.find(({ name }) => name === resource.name);
  const isStored = resource.storageKeyPrefix !== undefined;
  const module = kindModuleOf(resource);
  return [
    `${apiVersionOf(resource)} ${resource.name}`,
    isStored ? codecOf(resource) : 'not stored',
    discoveryOf(resource, served),
    openApiOf(resource, version),
    hasDefaults(`${apiVersionOf(resource)}/${resource.kind}`) ? '✔' : '–',
    isStored ? validationOf(resource) : '✔',
    module?.table !== undefined || !isStored ? '✔' : 'name and age',
    module?.gaps ?? '',
  ];
}

/** The stored form of the least object, once it was found to come back the same. */
function codecOf(resource: ResourceInfo): string {
  const { storedAs } = resource;
  const object = { kind: storedAs.kind, apiVersion: apiVersionOf(storedAs), metadata: { name: 'a' } };
  const whole = decodeObject(encodeObject(object as KubeObject));
  if (whole.metadata.name !== 'a') throw new Error(`${resource.name} does not come back from the store`);
  const form = storageCodec(resource, protobuf) === jsonValueCodec ? 'JSON' : 'protobuf';
  const same = storedAs.group === resource.group && storedAs.version === resource.version;
  return same ? form : `${form} of ${apiVersionOf(storedAs)}`;
}

function discoveryOf(resource: ResourceInfo, served: ApiResource | undefined): string {
  const missing = resource.verbs.filter((verb) => served?.verbs.includes(verb) !== true);
  for (const { name, verbs } of resource.subresources) {
    const own = served?.subresources.find((subresource) => subresource.name === name);
    missing.push(
      ...verbs.filter((verb) => own?.verbs.includes(verb) !== true).map((verb) => `${name}: ${verb}`),
    );
  }
  return missing.length === 0 ? '✔' : `without ${missing.join(', ')}`;
}

function openApiOf(resource: ResourceInfo, version: ApiVersion | undefined): string {
  const paths = version === undefined ? [] : pathsOf(version).map(({ path }) => path);
  const wanted = ['', ...resource.subresources.map(({ name }) => `/{name}/${name}`)];
  const missing = wanted.filter((tail) => !paths.some((path) => path.endsWith(`/${resource.name}${tail}`)));
  const { group, kind } = resource;
  if (!schemaTable().typeOfKind.has(`${group}/${resource.version}/${kind}`)) missing.push('its schema');
  return missing.length === 0 ? '✔' : `without ${missing.join(', ')}`;
}

function validationOf({ storedAs }: ResourceInfo): string {
  const strategy = kindModuleOf(storedAs)?.strategy ?? {};
  const traits = typeof strategy === 'function' ? strategy({} as KindDependencies) : strategy;
  return traits.validate !== undefined || traits.validateUpdate !== undefined ? '✔' : onlyMetadata;
}

/** Writes the document; with `check` it writes nothing and throws where it is stale. */
export async function generate({ check }: { check: boolean }): Promise<void> {
  const text = await compatibilityDocument();
  if (!check) return writeFile(target, text);
  const current = await readFile(target, 'utf8').catch(() => '');
  if (current !== text) throw new Error('docs/compatibility.md is stale: run npm run generate');
}
