/*
 * Whatever a body decodes to, the answer is an object or a refusal, never a failure of the server: every
 * field of every kind is set to null, to nothing, and to values that decode and mean nothing, on create and
 * on update.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, kindInfo, kindOf } from '@pg8s/k8s-proto/scheme';
import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage } from '@pg8s/k8s-proto/schema/schema';
import { Random } from '@pg8s/k8s-proto/testing/random';
import { randomMessage } from '@pg8s/k8s-proto/testing/random-object';
import { DecodeError } from '../../resource-types/object-codec.ts';
import { messageCodec } from '../../resource-types/built-in/message-codec.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import type { Rest } from '../../rest.ts';
import { podSpec, testRegistry, workloadSpec, type TestRegistry } from '../test-registry.ts';
import { accepted } from '../accepted.ts';

type Fields = Record<string, unknown>;
type Path = readonly string[];

const batchTemplate = { template: { spec: podSpec({ restartPolicy: 'Never' }) } };
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

/**
 * Bodies that are valid, of the kinds whose validators look deepest; every other kind begins with an empty
 * one.
 */
const bodies: Readonly<Record<string, Fields>> = {
  'v1 Pod': {
    spec: podSpec({ initContainers: [{ name: 'i', image: 'i' }], volumes: [{ name: 'v', emptyDir: {} }] }),
  },
  'v1 ReplicationController': { spec: { ...workloadSpec(), selector: { app: 'web' } } },
  'v1 Service': { spec: { ports: [{ port: 80 }] } },
  'v1 PersistentVolumeClaim': { spec: claim },
  'v1 PersistentVolume': {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
  },
  'apps/v1 Deployment': { spec: workloadSpec() },
  'apps/v1 DaemonSet': { spec: workloadSpec() },
  'apps/v1 ReplicaSet': { spec: workloadSpec() },
  'apps/v1 StatefulSet': { spec: workloadSpec({ serviceName: 'web' }) },
  'batch/v1 Job': { spec: batchTemplate },
  'batch/v1 CronJob': { spec: { schedule: '@daily', jobTemplate: { spec: batchTemplate } } },
  'autoscaling/v2 HorizontalPodAutoscaler': {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
  },
  'networking.k8s.io/v1 Ingress': {
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  'networking.k8s.io/v1 IngressClass': { spec: { controller: 'example.com/a' } },
  'policy/v1 PodDisruptionBudget': { spec: { minAvailable: 1 } },
  'storage.k8s.io/v1 StorageClass': { provisioner: 'example.com/a' },
  'discovery.k8s.io/v1 EndpointSlice': { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }] },
};

/** Values that decode as the type, and that validators may not expect. */
function oddValues(type: FieldType): unknown[] {
  switch (type.kind) {
    case 'message':
    case 'map':
      return [null, {}];
    case 'list':
      return [null, [], [null]];
    case 'string':
      return ['', 'Not A/Name'];
    case 'bool':
      return [true, false];
    case 'int32':
    case 'int64':
    case 'float64':
      return [0, -1];
    case 'quantity':
      return ['0', '-1500m'];
    case 'intOrString':
      return [0, '', 'x%'];
    default:
      return [null];
  }
}

/** The message that a type holds, directly or in a list. */
function messageIn(type: FieldType): string | undefined {
  if (type.kind === 'message') return type.name;
  return type.kind === 'list' && type.element.kind === 'message' ? type.element.name : undefined;
}

/** Every field below a message, with the odd values for it; `[]` after the name of a list. */
function* fieldsOf(message: string, above: Path = []): Generator<{ path: Path; values: unknown[] }> {
  if (above.length > 12) return;
  for (const [name, { type }] of requireMessage(message).byJson) {
    yield { path: [...above, name], values: oddValues(type) };
    const inner = messageIn(type);
    // Templates are as deep as Pods, which are walked themselves.
    const known = inner === 'k8s.io.api.core.v1.PodSpec' && above.length > 0;
    const recursive = inner === undefined || inner.includes('apiextensions') || inner.endsWith('.ObjectMeta');
    if (known || recursive) continue;
    yield* fieldsOf(inner, [...above, type.kind === 'list' ? `${name}[]` : name]);
  }
}

/** A copy with a value at the path; what is missing on the way is made. */
function withValue(body: Fields, path: Path, value: unknown): Fields {
  const copy = structuredClone(body);
  let place: Fields = copy;
  for (const [index, step] of path.entries()) {
    if (index === path.length - 1) place[step] = value;
    else if (step.endsWith('[]')) {
      const name = step.slice(0, -2);
      if (!Array.isArray(place[name]) || (place[name] as unknown[]).length === 0) place[name] = [{}];
      place = (place[name] as Fields[])[0] ?? {};
    } else {
      place[step] ??= {};
      place = place[step] as Fields;
    }
  }
  return copy;
}

interface Target {
  rest: Rest;
  message: string;
  id: string;
  body: Fields;
}

function targets(api: TestRegistry): Target[] {
  return api.registry.resources.all().flatMap((rest) => {
    const { group, version, kind } = rest.resource;
    const info = kindInfo({ group, version, kind });
    if (rest.subresource !== undefined || rest.create === undefined || info === undefined) return [];
    const id = `${apiVersionOf({ group, version })} ${kind}`;
    return [{ rest, message: info.message, id, body: bodies[id] ?? {} }];
  });
}

/** The object as the endpoint would hand it over; undefined where it cannot be decoded. */
function decoded({ rest, body }: Pick<Target, 'rest' | 'body'>): KubeObject | undefined {
  const { group, version, kind } = rest.resource;
  try {
    const { object } = messageCodec.decode({
      value: { metadata: { name: 'a' }, ...body },
      gvk: { group, version, kind },
      strict: false,
    });
    applyDefaults(object);
    return object;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** An answer, whichever; anything else that is thrown is reported with the request. */
async function answered(attempt: () => Promise<unknown> | undefined, what: () => string): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof StatusError && error.status.code < 500) return;
    assert.fail(`${what()}\n${(error as Error).stack}`);
  }
}

/** Creates, and where there is one already, updates it. */
async function write(api: TestRegistry, { rest, id }: Target, body: Fields): Promise<void> {
  const reported = () => `${id} ${JSON.stringify(body)}`;
  await answered(() => {
    const object = decoded({ rest, body });
    return object && rest.create?.(api.context(), object, { ...accepted, dryRun: true });
  }, reported);
  await answered(() => {
    const object = decoded({ rest, body });
    if (object === undefined) return undefined;
    return rest.update?.(api.context(), 'a', (old) => merged(object, old), {
      ...accepted,
      dryRun: true,
    } as never);
  }, reported);
}

function merged(object: KubeObject, old: KubeObject | undefined): KubeObject {
  if (old === undefined) return object;
  const { resourceVersion, uid } = old.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }), ...(uid && { uid }) },
  };
}

test('any field may hold any value that decodes', async () => {
  const api = await testRegistry();
  let count = 0;
  for (const target of targets(api)) {
    const { rest, body, message } = target;
    const first = decoded(target);
    assert.ok(first);
    await answered(
      () => rest.create?.(api.context(), first, accepted),
      () => target.id,
    );
    for (const { path, values } of fieldsOf(message)) {
      if (path[0] === 'apiVersion' || path[0] === 'kind' || path[0] === 'status') continue;
      for (const value of values) {
        await write(api, target, withValue(body, path, value));
        count++;
      }
    }
  }
  assert.ok(count > 5000, String(count));
});

test('random objects of every kind are answered', async () => {
  const api = await testRegistry();
  const random = new Random(36);
  for (const target of targets(api)) {
    for (let round = 0; round < 12; round++) {
      const { metadata: _metadata, ...body } = randomMessage(random, target.message, 9) as Fields;
      await write(api, target, body);
    }
  }
});

/** Bodies with odd statuses, then with random ones. */
function* statuses({ message, body }: Target, random: Random): Generator<Fields> {
  for (const { path, values } of fieldsOf(message)) {
    if (path[0] === 'status') for (const value of values) yield withValue(body, path, value);
  }
  for (let round = 0; round < 12; round++) {
    yield { ...body, status: (randomMessage(random, message, 9) as Fields)['status'] };
  }
}

test('a status may hold any value that decodes', async () => {
  const api = await testRegistry();
  const random = new Random(37);
  let count = 0;
  for (const target of targets(api)) {
    const { group, version, name, namespaced } = target.rest.resource;
    const rest = api.registry.resources.lookup(group, version, name, 'status');
    const object = decoded(target);
    if (rest === undefined || object === undefined || target.id.startsWith('autoscaling/v1 ')) continue;
    const namespace = namespaced ? 'default' : '';
    Object.assign(object.metadata, { uid: 'u', ...(namespaced && { namespace }) });
    await api.storage(group, name).create({ namespace, name: 'a' }, object);
    for (const body of statuses(target, random)) {
      const next = decoded({ rest: target.rest, body });
      if (next === undefined) continue;
      count++;
      await answered(
        () => rest.update?.(api.context(), 'a', (old) => merged(next, old), accepted as never),
        () => `${target.id} ${JSON.stringify(body)}`,
      );
    }
  }
  assert.ok(count > 1200, String(count));
});

test('the bodies above are valid', async () => {
  const api = await testRegistry();
  for (const [id, body] of Object.entries(bodies)) {
    const [apiVersion = '', kind = ''] = id.split(' ');
    const target = targets(api).find((candidate) => candidate.id === id);
    assert.ok(target !== undefined && kindOf(apiVersion, kind) !== undefined, id);
    const object = decoded({ rest: target.rest, body });
    assert.ok(object);
    await target.rest.create?.(api.context(), object, { ...accepted, dryRun: true });
  }
});
