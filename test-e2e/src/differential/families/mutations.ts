import { kindOf } from '@pg8s/k8s-proto/scheme';
import { randomInt } from 'node:crypto';
import { Random } from '@pg8s/shim/mvcc/testing/random';
import { minimalManifests } from '../../minimal-manifests.ts';
import type { AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { type Fields, type MutationKind, randomMutation } from '../mutation/mutate.ts';
import { type BodyForm, bodyIn } from '../mutation/mutated-body.ts';
import { placesOf } from '../places.ts';
import { documentsOf, type Manifest, manifestPlace } from './refusals.ts';

/** An object that is mutated, and where it is sent. */
interface Target {
  method: 'POST' | 'PUT';
  path: string;
  object: Fields;
  /** The message of its kind. */
  message: string;
}

const validations = ['Strict', 'Strict', 'Warn', 'Ignore', ''];
const forms: readonly BodyForm[] = ['json', 'json', 'json', 'yaml', 'protobuf'];

function messageFor({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const info = kindOf(apiVersion, kind);
  if (info === undefined) throw new Error(`${apiVersion} ${kind} has no message`);
  return info.message;
}

/** Each request has numbers of its own, so that it is the same whatever was answered before. */
function randomOf(seed: number, index: number): Random {
  return new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
}

/** The names that are made of these are alike to the comparison: see `normalise`. */
function generateKnownNames(object: Fields): void {
  const metadata = object['metadata'] as Fields | null | undefined;
  const given = metadata?.['generateName'];
  if (typeof metadata !== 'object' || metadata === null || typeof given !== 'string' || given === '') return;
  metadata['generateName'] = /^[a-z0-9.-]*$/.test(given) ? 'generated-' : 'Generated_';
}

/** Sends the target with one to four random changes, as a dry run. */
async function askMutated(
  ask: Ask,
  index: number,
  target: Target,
  how: { random: Random; kind: MutationKind },
): Promise<void> {
  const { method, message } = target;
  const { random } = how;
  const mutated = structuredClone(target.object);
  const changes: string[] = [];
  for (let times = random.pick([1, 1, 2, 2, 3, 4]); times > 0; times--) {
    const mutation = randomMutation(mutated, message, how);
    mutation.apply(mutated);
    changes.push(mutation.text);
  }
  generateKnownNames(mutated);
  const validation = random.pick(validations);
  const query = `?dryRun=All${validation === '' ? '' : `&fieldValidation=${validation}`}`;
  const form = random.pick(forms);
  const requestOf = (object: Fields): AskedRequest => ({
    method,
    path: `${target.path}${query}`,
    ...bodyIn(form, object, message),
  });
  const name = `${index}, ${String(target.object['kind'])} ${changes.join(', ')}`;
  await ask(name, requestOf(mutated), { object: mutated, requestOf });
}

/** Minimal objects of all kinds and the manifests that validation refuses; each kind is as likely. */
function creates(): Target[][] {
  const byKind = new Map<string, Target[]>();
  const add = (path: string, object: Fields, message: string) => {
    const targets = byKind.get(message) ?? [];
    byKind.set(message, [...targets, { method: 'POST', path, object, message }]);
  };
  for (const { collection, object } of placesOf(minimalManifests))
    for (let weight = 0; weight < 3; weight++)
      add(collection, object as unknown as Fields, messageFor(object));
  for (const manifest of documentsOf<Manifest>('invalid-manifests').flatMap(([, manifests]) => manifests)) {
    if (JSON.stringify(manifest).includes('xpression"')) continue; // Not compiled yet.
    const { collection, object } = manifestPlace(manifest);
    add(collection, object, messageFor(manifest));
  }
  return [...byKind.values()];
}

/** Fields of the server, whose values are others in each run. */
const serverFields = ['managedFields', 'uid', 'resourceVersion', 'creationTimestamp'];

function withoutServerFields(object: Fields): Fields {
  const metadata = { ...(object['metadata'] as Fields) };
  for (const name of serverFields) delete metadata[name];
  return { ...object, metadata };
}

const updatedSubresources = ['status', 'scale', 'approval', 'ephemeralcontainers', 'resize'];

/** Others than the API server write to these after they were created: in kube-apiserver, controllers do. */
const writtenByOthers = [
  'CustomResourceDefinition',
  'APIService',
  'FlowSchema',
  'PriorityLevelConfiguration',
];

/** Creates an object of each kind and reads it and its subresources. */
async function prepareUpdates(ask: Ask): Promise<Target[][]> {
  const byKind: Target[][] = [];
  for (const { collection, path, object, manifest, subresources } of placesOf(minimalManifests)) {
    if (writtenByOthers.includes(manifest.kind)) continue;
    await ask(`create ${path}`, { path: collection, body: object });
    if (manifest.status !== undefined && subresources.includes('status')) {
      await ask(`status of ${path}`, {
        method: 'PATCH',
        path: `${path}/status`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { status: manifest.status },
      });
    }
    const targets: Target[] = [];
    for (const name of ['', ...updatedSubresources.filter((each) => subresources.includes(each))]) {
      const its = name === '' ? path : `${path}/${name}`;
      const answer = await ask(`get ${its}`, { path: its });
      if (answer.code !== 200) continue;
      const read = JSON.parse(answer.body.toString()) as Fields & { apiVersion: string; kind: string };
      targets.push({
        method: 'PUT',
        path: its,
        object: withoutServerFields(read),
        message: messageFor(read),
      });
    }
    if (targets.length > 0) byKind.push(targets);
  }
  return byKind;
}

async function remove(ask: Ask): Promise<void> {
  for (const { path, manifest } of placesOf(minimalManifests).toReversed())
    if (!writtenByOthers.includes(manifest.kind))
      await ask(`delete ${path}`, { method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
}

/** The seed where `PG8S_TEST_SEED` says no other; others find more: see CONTRIBUTING.md. */
const usualSeed = 1;

/**
 * Objects of all kinds with random changes, created and updated as dry runs, subresources too. The seed is
 * that of `PG8S_TEST_SEED`, which may be `random`.
 */
export function mutations(count: number, kind: MutationKind = 'plain'): Family[] {
  const given = process.env['PG8S_TEST_SEED'];
  const seed = given === undefined ? usualSeed : given === 'random' ? randomInt(0x7fff_ffff) : Number(given);
  const askAll = async (ask: Ask, targets: Target[][], first: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const random = randomOf(seed, first + index);
      await askMutated(ask, index, random.pick(random.pick(targets)), { random, kind });
    }
  };
  return [
    {
      name: `mutated creates, ${kind} (PG8S_TEST_SEED=${seed})`,
      run: (ask) => askAll(ask, creates(), 0),
    },
    {
      name: `mutated updates, ${kind} (PG8S_TEST_SEED=${seed})`,
      run: async (ask) => askAll(ask, await prepareUpdates(ask), count),
    },
    // Of its own: what differs above is asked again while the objects are there.
    { name: `the end of mutated updates, ${kind}`, run: remove },
  ];
}
