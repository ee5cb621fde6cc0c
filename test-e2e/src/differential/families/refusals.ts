import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../running-pg8s.ts';
import type { Ask, Family } from '../family.ts';
import { placesOf } from '../places.ts';

const folder = join(projectRoot, 'apiserver-lite/src/registry/testing/all-kinds');

/** An object of a fixture. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string; namespace?: string };
}

/** An object, and changes to it of which the last is refused. */
interface Update {
  object: Manifest;
  steps: { of?: string; change: object }[];
}

/** The documents of the fixtures, by the names of their files. */
export function documentsOf<T>(
  kind: 'invalid-manifests' | 'invalid-updates',
): [family: string, documents: T[]][] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => [
      file.slice(0, -'.yaml'.length),
      readFileSync(join(folder, kind, file), 'utf8')
        .split('---\n')
        .map((text) => parse(text) as T),
    ]);
}

function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const [place] = placesOf([{ apiVersion, kind, name: metadata?.name ?? '' }]);
  return place!.collection;
}

/** In the namespace of the request, whatever the manifest says: the unit tests have no path. */
function placed(manifest: Manifest): object {
  const { namespace: _namespace, ...metadata } = manifest.metadata ?? {};
  return { ...manifest, metadata };
}

/** Where a manifest is created, and its object there. */
export function manifestPlace(manifest: Manifest): { collection: string; object: Record<string, unknown> } {
  return { collection: collectionOf(manifest), object: placed(manifest) as Record<string, unknown> };
}

async function update(ask: Ask, index: number, { object, steps }: Update): Promise<void> {
  const path = `${collectionOf(object)}/${encodeURIComponent(object.metadata?.name ?? '')}`;
  await ask(`${index}, create`, { path: collectionOf(object), body: placed(object) });
  for (const [step, { of, change }] of steps.entries()) {
    await ask(`${index}, change ${step}`, {
      method: 'PATCH',
      path: of === undefined ? path : `${path}/${of}`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: change,
    });
  }
  await ask(`${index}, delete`, { method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
}

/** Manifests and updates that validation refuses: the expectations of the unit tests. */
export const refusals: readonly Family[] = [
  ...documentsOf<Manifest>('invalid-manifests').map(([family, manifests]): Family => ({
    name: `invalid manifests of ${family}`,
    async run(ask) {
      for (const [index, manifest] of manifests.entries()) {
        await ask(String(index), { path: `${collectionOf(manifest)}?dryRun=All`, body: placed(manifest) });
      }
    },
  })),
  ...documentsOf<Update>('invalid-updates').map(([family, updates]): Family => ({
    name: `invalid updates of ${family}`,
    async run(ask) {
      for (const [index, each] of updates.entries()) await update(ask, index, each);
    },
  })),
];
