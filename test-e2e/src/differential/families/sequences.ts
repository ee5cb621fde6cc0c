import { Random, testSeed } from '@pg8s/shim/mvcc/testing/random';
import { messageOf, resources } from '@pg8s/k8s-proto/scheme';
import { type MinimalManifest, minimalManifests } from '../../minimal-manifests.ts';
import type { Ask, CompareAgain, Difference, Family } from '../family.ts';
import { fullManifests } from '../full-manifests/full-manifests.ts';
import { namespace, type Place, placesOf } from '../places.ts';
import { StepGenerator } from '../sequences/generate.ts';
import { shrinkSteps } from '../sequences/shrink.ts';
import { pathOf, sendSteps, type Step } from '../sequences/step.ts';
import { type Json, shapeOfMessage } from '../sequences/structure.ts';

/** Kinds that kube-apiserver itself writes to at times of its own, so that answers depend on the moment. */
const selfWritten = new Set([
  'CustomResourceDefinition',
  'APIService',
  'FlowSchema',
  'PriorityLevelConfiguration',
]);

/** Subresources that take what their object takes. */
const written = new Set(['status', 'scale']);

const kinds = minimalManifests
  .map((minimal, index) => ({ minimal, full: fullManifests[index]! }))
  .filter(({ minimal }) => !selfWritten.has(minimal.kind));

function placed(manifest: MinimalManifest, name: string): Place {
  // The names that are fixed are those of kinds whose names mean something.
  const named = manifest.kind === 'IPAddress' ? {} : { name };
  return placesOf([{ ...manifest, ...named }])[0]!;
}

interface Sampled {
  kind: (typeof kinds)[number];
  steps: readonly Step[];
}

function sample(seed: number, name: string): Sampled {
  const random = new Random(seed);
  const kind = random.pick(kinds);
  const { apiVersion, kind: kindName } = kind.minimal;
  const [version, group = ''] = apiVersion.split('/').toReversed() as [string, string?];
  const place = placed(kind.minimal, name);
  const resource = resources().find(
    (each) => each.group === group && each.version === version && each.kind === kindName,
  )!;
  const generator = new StepGenerator(
    {
      manifest: kind.full,
      name: place.name,
      namespaced: resource.namespaced,
      minimal: place.object as unknown as Json,
      full: placed(kind.full, name).object as unknown as Json,
      shape: shapeOfMessage(messageOf({ group, version, kind: kindName })!),
      subresources: place.subresources.filter((each) => written.has(each)),
    },
    random,
  );
  return { kind, steps: generator.steps() };
}

/** Leaves nothing behind, whatever the steps did. */
async function remove(ask: Ask, { path, manifest }: Place): Promise<void> {
  await ask('at the end, without finalizers', {
    method: 'PATCH',
    path,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { finalizers: null } },
  });
  await ask('at the end, delete', {
    method: 'DELETE',
    path: `${path}?gracePeriodSeconds=0&propagationPolicy=Background`,
  });
  if (manifest.kind === 'Namespace') {
    const { apiVersion, kind } = manifest;
    await ask('at the end, finalize', {
      method: 'PUT',
      path: `${path}/finalize`,
      body: { apiVersion, kind, metadata: { name: path.split('/').at(-1) }, spec: { finalizers: [] } },
    });
  }
}

function familyOf(name: string, place: Place, steps: readonly Step[]): Family {
  return {
    name,
    async run(ask) {
      await sendSteps(ask, { place, steps });
      await remove(ask, place);
    },
  };
}

function printStep(place: Place, { method, query, headers, body, edits, ...step }: Step): string {
  const type = headers?.['content-type'] ?? '';
  const sent = edits === undefined ? JSON.stringify(body) : `changes ${JSON.stringify(edits)}`;
  return `${method} ${pathOf({ method, ...(query && { query }), ...step }, place)} ${type} ${sent ?? ''}`;
}

/**
 * Random sequences of creates, patches, applies and updates of one object by several managers. Each has a
 * seed of its own: `PG8S_TEST_SEED=SEED PG8S_SEQUENCES=1` repeats one. A difference is reported with the
 * shortest steps that show it.
 */
export function sequences(count: number): Family[] {
  const seed = testSeed();
  return Array.from({ length: count }, (_each, index): Family => {
    const own = seed + index;
    const name = `s${own}`;
    const { kind, steps } = sample(own, name);
    const place = placed(kind.minimal, name);
    let tries = 0;
    return {
      ...familyOf(`sequence of ${place.object.kind} (PG8S_TEST_SEED=${own})`, place, steps),
      async shrink(differences: Difference[], compareAgain: CompareAgain) {
        const compareSteps = (some: readonly Step[]) => compareAgain(familyOf(`try ${tries++}`, place, some));
        const least = await shrinkSteps(steps, async (some) => (await compareSteps(some)).length > 0);
        const [first] = differences;
        const left = (await compareSteps(least))[0] ?? first!;
        return [
          {
            where: first!.where,
            request: `${namespace}/${name}`,
            lines: [
              ...left.lines,
              ...least.map((step, at) => `  ${at}. ${printStep(place, step)}`),
              `  ${left.where}`,
            ],
          },
        ];
      },
    };
  });
}
