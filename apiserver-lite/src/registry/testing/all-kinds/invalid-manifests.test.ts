import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { messageCodec } from '../../resource-types/built-in/message-codec.ts';
import { parseYaml } from '../../../endpoints/encoding/yaml.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { create, testRegistry, type TestRegistry } from '../test-registry.ts';

/*
 * Each manifest of `invalid-manifests/*.yaml` goes the way of a request in memory: decoded by the schema,
 * defaulted, prepared, validated. A file of causes stands beside each: one line a cause, `reason field:
 * message`, in their order, and an empty line between manifests. PG8S_WRITE_CAUSES=1 writes what the server
 * says now: compare the lines with kube-apiserver's rules before you keep them.
 */
const folder = new URL('invalid-manifests/', import.meta.url);
const families = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .toSorted();

interface Manifest {
  apiVersion: string;
  kind: string;
}

function placeOf(api: TestRegistry, { apiVersion, kind }: Manifest): string {
  const rest = api.registry.resources.all().find(({ resource, subresource }) => {
    const { group, version } = resource;
    return (
      subresource === undefined &&
      resource.kind === kind &&
      apiVersion === (group ? `${group}/${version}` : version)
    );
  });
  if (rest === undefined) throw new Error(`${apiVersion} ${kind} is not served`);
  return `${rest.resource.group}/${rest.resource.version}/${rest.resource.name}`;
}

/**
 * The message tells of the object, and of each finding once; the details say of which kind and name it is.
 */
function checkMessage(error: StatusError, { apiVersion, kind }: Manifest): void {
  const { message, details } = error.status;
  const findings = (details?.causes ?? []).map(({ field, message: text }) => `${field}: ${text}`);
  const once = [...new Set(findings)];
  const all = once.length === 1 ? once[0] : `[${once.join(', ')}]`;
  // Events of both groups are one kind, which findings call by the name of the first.
  const [, group] = kind === 'Event' ? [] : (/^(\S+)\/\S+$/.exec(apiVersion) ?? []);
  assert.equal(details?.kind, kind);
  assert.equal(details.group, group);
  const qualified = group === undefined ? kind : `${kind}.${group}`;
  assert.equal(message, `${qualified} "${details.name ?? ''}" is invalid: ${all}`);
}

async function causesOf(text: string): Promise<string[]> {
  const api = await testRegistry();
  const value = parseYaml(text).value as Manifest;
  const [group = '', version = ''] = value.apiVersion.includes('/')
    ? value.apiVersion.split('/')
    : ['', value.apiVersion];
  const { object } = messageCodec.decode({
    value,
    gvk: { group, version, kind: value.kind },
    strict: true,
  });
  try {
    await create(api, placeOf(api, value), object);
  } catch (error) {
    assert.ok(error instanceof StatusError, String((error as Error).stack));
    assert.equal(error.status.code, 422);
    assert.equal(error.status.reason, 'Invalid');
    checkMessage(error, value);
    return (error.status.details?.causes ?? []).map(
      ({ reason = '', field = '', message = '' }) => `${reason} ${field}: ${message}`,
    );
  }
  assert.fail(`accepted: ${text}`);
}

let total = 0;

for (const family of families) {
  test(`invalid manifests: ${family}`, async () => {
    const manifests = readFileSync(new URL(`${family}.yaml`, folder), 'utf8').split('---\n');
    const found: string[] = [];
    for (const manifest of manifests) found.push((await causesOf(manifest)).join('\n'));
    const file = new URL(`${family}.causes`, folder);
    if (process.env['PG8S_WRITE_CAUSES'] === '1') writeFileSync(file, `${found.join('\n\n')}\n`);
    const expected = readFileSync(file, 'utf8').trimEnd().split('\n\n');
    assert.equal(found.length, expected.length);
    for (const [index, causes] of found.entries()) assert.equal(causes, expected[index], manifests[index]);
    total += found.length;
  });
}

test('there are two hundred of them and more', () => assert.ok(total >= 200, String(total)));
