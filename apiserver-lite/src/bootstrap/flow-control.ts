import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { applyDefaults } from '../registry/defaults/apply-defaults.ts';
import { copyOf } from '../registry/generic/copy-object.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import { ensure, loopbackRequest, internalUpdate } from './ensure-object.ts';
import type { TrackServerWrite } from '../registry/server-writes.ts';
import { withDangling } from './flow-schema-condition.ts';
import { autoUpdate, standardLevels, standardSchemas } from './flow-control-objects.ts';

const group = 'flowcontrol.apiserver.k8s.io';
/** These keep the server's spec, whichever client changes them. */
const mandatory = new Set(['exempt', 'catch-all']);

/** The object has the server's spec, unless it is one that somebody took over. */
async function ensureSpec(
  wanted: KubeObject,
  { store, nowMs, track }: { store: GenericStore; nowMs: number; track: TrackServerWrite },
): Promise<void> {
  const name = wanted.metadata.name ?? '';
  const manager = 'api-priority-and-fairness-config-producer-v1';
  await ensure(copyOf(wanted), { store, nowMs, track, manager });
  applyDefaults(wanted);
  await store.update(
    loopbackRequest('', nowMs),
    name,
    (current) => {
      const object = current ?? wanted;
      const follows = mandatory.has(name) || object.metadata.annotations?.[autoUpdate] === 'true';
      if (!follows) return object;
      const next = { ...object, metadata: { ...object.metadata }, spec: copyOf(wanted['spec']) };
      track({ resource: store.resource, current, object: next, manager });
      return next;
    },
    internalUpdate,
  );
}

/** The level that a standard schema names exists; its status goes straight to the store. */
async function markFound(store: GenericStore, name: string, nowMs: number): Promise<void> {
  await store.storage.guaranteedUpdate({ namespace: '', name }, (current) => {
    if (current === undefined) throw new Error(`FlowSchema ${name} has gone`);
    return withDangling(current.object, nowMs, true);
  });
}

/** The priority levels and flow schemas of every cluster (Kubernetes: `registry/flowcontrol/ensurer`). */
export async function ensureFlowControl(registry: BuiltRegistry, nowMs: number): Promise<void> {
  const levels = registry.storeOf(group, 'prioritylevelconfigurations');
  const schemas = registry.storeOf(group, 'flowschemas');
  const { trackServerWrite: track } = registry;
  await Promise.all(standardLevels().map((object) => ensureSpec(object, { store: levels, nowMs, track })));
  await Promise.all(
    standardSchemas().map(async (object) => {
      await ensureSpec(object, { store: schemas, nowMs, track });
      await markFound(schemas, object.metadata.name ?? '', nowMs);
    }),
  );
}
