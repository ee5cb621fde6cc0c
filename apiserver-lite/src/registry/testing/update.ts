import assert from 'node:assert/strict';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { accepted } from './accepted.ts';
import type { TestRegistry } from './test-registry.ts';

/** Reads an object, changes it and writes it back. */
export async function update(
  api: TestRegistry,
  place: string,
  name: string,
  change: (object: KubeObject) => void,
): Promise<KubeObject> {
  const result = await api.rest(place).update?.(
    api.context(),
    name,
    (current) => {
      const next = structuredClone(current) as KubeObject;
      change(next);
      return next;
    },
    accepted,
  );
  assert.ok(result);
  return result.object.object;
}
