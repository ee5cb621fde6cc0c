import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { messageCodec } from '../../resource-types/built-in/message-codec.ts';
import { parseYaml } from '../../../endpoints/encoding/yaml.ts';
import { applyMergePatch } from '../../../endpoints/patch/merge-patch.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import { create, testRegistry, type TestRegistry } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

/*
 * Each document of `invalid-updates/*.yaml` is an object that is created, and changes to it (merge patches),
 * one after the other, of the object or of a subresource. All but the last must be taken; the last is refused
 * with the causes that stand beside, as in `invalid-manifests`. PG8S_WRITE_CAUSES=1 writes what the server
 * says now.
 */
const folder = new URL('invalid-updates/', import.meta.url);
const families = ['definitions', 'devices', 'drivers', 'status'];

interface Step {
  /** `status` and the like; absent: the object itself. */
  of?: string;
  change: Record<string, unknown>;
}

interface Case {
  object: { apiVersion: string; kind: string; metadata: { name: string } };
  steps: Step[];
}

function placeOf(api: TestRegistry, { apiVersion, kind }: Case['object']): string {
  const rest = api.registry.resources.all().find(({ resource, subresource }) => {
    const { group, version } = resource;
    const own = group ? `${group}/${version}` : version;
    return subresource === undefined && resource.kind === kind && apiVersion === own;
  });
  if (rest === undefined) throw new Error(`${apiVersion} ${kind} is not served`);
  return `${rest.resource.group}/${rest.resource.version}/${rest.resource.name}`;
}

function decoded(value: KubeObject): KubeObject {
  const [version = '', group = ''] = value.apiVersion.split('/').toReversed();
  const gvk = { group, version, kind: value.kind };
  const { object } = messageCodec.decode({ value, gvk, strict: true });
  applyDefaults(object);
  return object;
}

async function causesOf(text: string): Promise<string> {
  const api = await testRegistry();
  const { object, steps } = parseYaml(text).value as Case;
  const place = placeOf(api, object);
  const { name } = object.metadata;
  await create(api, place, decoded(object as KubeObject));
  for (const [index, { of, change }] of steps.entries()) {
    const rest = api.rest(of === undefined ? place : `${place}/${of}`);
    try {
      await rest.update?.(
        api.context(),
        name,
        (current) => decoded(applyMergePatch(structuredClone(current ?? {}), change) as KubeObject),
        accepted,
      );
    } catch (error) {
      assert.ok(error instanceof StatusError, String((error as Error).stack));
      assert.equal(index, steps.length - 1, `refused too early: ${error.message}`);
      assert.equal(error.status.code, 422, error.message);
      return (error.status.details?.causes ?? [])
        .map(({ reason = '', field = '', message = '' }) => `${reason} ${field}: ${message}`)
        .join('\n');
    }
  }
  return assert.fail(`accepted: ${text}`);
}

for (const family of families) {
  test(`invalid updates: ${family}`, async () => {
    const cases = readFileSync(new URL(`${family}.yaml`, folder), 'utf8').split('---\n');
    const found: string[] = [];
    for (const one of cases) found.push(await causesOf(one));
    const file = new URL(`${family}.causes`, folder);
    if (process.env['PG8S_WRITE_CAUSES'] === '1') writeFileSync(file, `${found.join('\n\n')}\n`);
    const expected = readFileSync(file, 'utf8').trimEnd().split('\n\n');
    assert.equal(found.length, expected.length);
    for (const [index, causes] of found.entries()) assert.equal(causes, expected[index], cases[index]);
  });
}
