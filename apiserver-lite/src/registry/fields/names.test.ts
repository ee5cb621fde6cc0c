import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageCodec } from '../resource-types/built-in/message-codec.ts';
import { accepted } from '../testing/accepted.ts';
import { StatusError } from '../../api-errors/status-error.ts';
import { applyDefaults } from '../defaults/apply-defaults.ts';
import type { Rest } from '../rest.ts';
import { testRegistry, type TestRegistry } from '../testing/test-registry.ts';
import { labelName, pathSegmentName, subdomainName } from './names.ts';

/** Kinds that are named otherwise than by a DNS subdomain. */
const labels = ['/Namespace', '/Service', 'apps/StatefulSet'];
const segments = [
  '/Event',
  'certificates.k8s.io/CertificateSigningRequest',
  'policy/PodDisruptionBudget',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
];
/** A kind that demands nothing of a name: what all names must be is asked where nothing else is wrong. */
const namedAtLast = 'certificates.k8s.io/CertificateSigningRequest';
/** Kinds whose names say what they are: an address, a group and a version. */
const spoken = [
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'networking.k8s.io/IPAddress',
];

/** What is wrong with the name alone, whatever else is. */
async function findings(
  api: TestRegistry,
  rest: Rest,
  metadata: object,
  others: object = {},
): Promise<string[]> {
  const { group, version, kind } = rest.resource;
  const { object } = messageCodec.decode({
    value: { metadata, ...others },
    gvk: { group, version, kind },
    strict: false,
  });
  applyDefaults(object);
  try {
    const context = api.context();
    Object.assign(context.requestInfo, { apiGroup: group });
    await rest.create?.(context, object, { ...accepted, dryRun: true });
  } catch (error) {
    assert.ok(error instanceof StatusError, `${kind}: ${(error as Error).stack}`);
    const causes = error.status.details?.causes ?? [];
    return causes
      .filter(({ field }) => field === 'metadata.name' || field === 'metadata.generateName')
      .map(({ field, message }) => `${field}: ${message}`);
  }
  return [];
}

function kinds(api: TestRegistry): Map<string, Rest> {
  const found = new Map<string, Rest>();
  for (const rest of api.registry.resources.all()) {
    const { group, kind, verbs } = rest.resource;
    if (rest.subresource !== undefined || rest.create === undefined) continue;
    // What is only answered, reviews and tokens, has no name.
    if (verbs.includes('get')) found.set(`${group}/${kind}`, rest);
  }
  return found;
}

test('each kind is named by its rule', async () => {
  const api = await testRegistry();
  const all = kinds(api);
  for (const id of [...labels, ...segments, ...spoken]) assert.ok(all.has(id), id);
  for (const [id, rest] of all) {
    if (spoken.includes(id)) continue;
    const [label, segment] = [labels.includes(id), segments.includes(id)];
    assert.deepEqual(await findings(api, rest, { name: 'a-1' }), [], id);
    const dotted = (await findings(api, rest, { name: 'a.b' })).filter((text) => text.includes('dots'));
    assert.equal(dotted.length, label ? 1 : 0, `${id} a.b`);
    const loud = (await findings(api, rest, { name: 'A:b' })).filter((text) => text.includes('RFC 1123'));
    assert.equal(loud.length, segment ? 0 : 1, `${id} A:b`);
    for (const name of ['a/b', 'a%b', '.', '..']) {
      const found = await findings(api, rest, { name });
      if (id === namedAtLast) assert.deepEqual(found, [], name);
      else assert.ok(found.length > 0, `${id} ${name}`);
    }
    // Without a name a LimitRange gets one.
    const unnamed =
      id === '/LimitRange' ? [] : ['metadata.name: Required value: name or generateName is required'];
    assert.deepEqual(await findings(api, rest, {}), unnamed, id);
  }
});

test('a generateName may end where the random part begins', () => {
  for (const rule of [subdomainName, labelName, pathSegmentName]) {
    assert.deepEqual(rule('web-', true), []);
    assert.deepEqual(rule('web', true), []);
  }
  assert.equal(subdomainName('web-', false).length, 1);
  assert.equal(subdomainName('web.-', true).length, 0);
  assert.deepEqual(subdomainName('a'.repeat(254), false), ['must be no more than 253 characters']);
  assert.deepEqual(labelName('a'.repeat(64), false), ['must be no more than 63 characters']);
  assert.deepEqual(pathSegmentName('..', true), []);
  assert.deepEqual(pathSegmentName('..', false), ["may not be '..'"]);
  assert.deepEqual(pathSegmentName('a/b%', false), ["may not contain '/'", "may not contain '%'"]);
});

test('a name that a kind does not judge must fit into a path all the same', async () => {
  const api = await testRegistry();
  const rest = kinds(api).get(namedAtLast)!;
  const request = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----').toString('base64');
  const spec = { request, usages: ['client auth'], signerName: 'example.com/a' };
  assert.deepEqual(await findings(api, rest, { name: 'a/b' }, { spec }), [
    'metadata.name: Invalid value: "a/b": may not contain \'/\'',
  ]);
  assert.deepEqual(await findings(api, rest, { name: 'A:b' }, { spec }), []);
});
