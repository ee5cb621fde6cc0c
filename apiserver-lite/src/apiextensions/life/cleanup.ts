import type { GenericStore } from '../../registry/generic/generic-store.ts';
import { acceptObject } from '../../registry/rest.ts';
import type { StoreRequest } from '../../registry/strategy.ts';
import type { Clock } from '../../storage/clock.ts';
import type { ListOptions } from '../../storage/storage.ts';
import {
  withCondition,
  type WantedCondition,
} from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';
import { cleanupFinalizer } from '../../registry/apiextensions/custom-resource-definition/definition-delete.ts';
import { isCleaningUp, isTrue, type Definition } from '../definition.ts';
import type { DefinitionWriter } from './definition-writer.ts';

/** What the objects of a definition are deleted with. */
export interface CleanupOptions {
  writer: DefinitionWriter;
  /** The store of a definition's objects. */
  storeOf(definition: Definition): GenericStore;
  /** Whether the resource is one of those that the server has itself: then its objects are not touched. */
  isBuiltIn(group: string, plural: string): boolean;
  clock: Clock;
  /** Ends the waiting. */
  signal: AbortSignal;
}

const type = 'Terminating';
const pollMs = 250;
const longestWaitMs = 60_000;

/**
 * Deletes the objects of a definition that is being deleted, waits until they have gone, and lets the
 * definition go. Rejects where objects could not be deleted, or are still there after a minute; the condition
 * says why (apiextensions-apiserver: `controller/finalizer`).
 */
export async function cleanUp(definition: Definition, options: CleanupOptions): Promise<void> {
  const { writer } = options;
  const { name = '' } = definition.metadata;
  const begun = await writer.write(name, (current, nowMs) =>
    isSameDeletion(current, definition)
      ? withCondition(
          current,
          {
            type,
            status: 'True',
            reason: 'InstanceDeletionInProgress',
            message: 'CustomResource deletion is in progress',
          },
          nowMs,
        )
      : current,
  );
  if (begun === undefined || !isSameDeletion(begun, definition)) return;
  const { condition, failure } = await outcomeOf(begun, options);
  await writer.write(name, (current, nowMs) => {
    if (!isSameDeletion(current, definition)) return current;
    const next = withCondition(current, condition, nowMs);
    return failure === undefined ? withoutFinalizer(next) : next;
  });
  if (failure !== undefined) throw failure;
}

function isSameDeletion(current: Definition, { metadata: { uid } }: Definition): boolean {
  return current.metadata.uid === uid && isCleaningUp(current);
}

function withoutFinalizer(definition: Definition): Definition {
  const { finalizers = [], ...metadata } = definition.metadata;
  const kept = finalizers.filter((name) => name !== cleanupFinalizer);
  return { ...definition, metadata: kept.length === 0 ? metadata : { ...metadata, finalizers: kept } };
}

interface Outcome {
  condition: WantedCondition;
  /** What keeps the definition from going. */
  failure?: unknown;
}

async function outcomeOf(definition: Definition, options: CleanupOptions): Promise<Outcome> {
  const { group, names } = definition.spec;
  const done = (reason: string, message: string): Outcome => ({
    condition: { type, status: 'False', reason, message },
  });
  if (options.isBuiltIn(group, names.plural)) {
    return done('OverlappingBuiltInResource', 'instances overlap with built-in resources in storage');
  }
  if (!isTrue(definition, 'Established')) return done('NeverEstablished', 'resource was never established');
  const failed = (reason: string, message: string, failure: unknown): Outcome => ({
    condition: { type, status: 'True', reason, message: `${message}: ${textOf(failure)}` },
    failure,
  });
  const store = options.storeOf(definition);
  let namespaces: ReadonlySet<string>;
  try {
    namespaces = await namespacesOf(store, options);
  } catch (error) {
    return failed('InstanceDeletionFailed', 'could not list instances', error);
  }
  try {
    await deleteAll(store, namespaces, options);
  } catch (error) {
    return failed('InstanceDeletionFailed', 'could not issue all deletes', error);
  }
  try {
    await untilEmpty(store, options);
  } catch (error) {
    return failed('InstanceDeletionCheck', 'could not confirm zero CustomResources remaining', error);
  }
  return done('InstanceDeletionCompleted', 'removed all instances');
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const everything: ListOptions = {
  namespace: '',
  resourceVersion: '',
  resourceVersionMatch: '',
  limit: 0,
  continueToken: '',
};

async function namespacesOf(store: GenericStore, { clock }: CleanupOptions): Promise<ReadonlySet<string>> {
  const { items } = await store.list(requestIn('', clock.now()), everything);
  return new Set(items.map(({ object }) => object.metadata.namespace ?? ''));
}

async function deleteAll(
  store: GenericStore,
  namespaces: ReadonlySet<string>,
  { clock }: CleanupOptions,
): Promise<void> {
  const failures: unknown[] = [];
  for (const namespace of namespaces) {
    try {
      const deletion = { dryRun: false, validate: acceptObject };
      await store.deleteCollection(requestIn(namespace, clock.now()), deletion, { ...everything, namespace });
    } catch (error) {
      failures.push(error);
    }
  }
  const texts = [...new Set(failures.map(textOf))];
  if (texts.length > 0) throw new Error(texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`);
}

async function untilEmpty(store: GenericStore, { clock, signal }: CleanupOptions): Promise<void> {
  const endMs = clock.now() + longestWaitMs;
  for (;;) {
    const { items } = await store.list(requestIn('', clock.now()), { ...everything, limit: 1 });
    if (items.length === 0) return;
    if (clock.now() >= endMs) throw new Error('timed out waiting for the condition');
    await pause(pollMs, { clock, signal });
  }
}

function pause(delayMs: number, { clock, signal }: Pick<CleanupOptions, 'clock' | 'signal'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      cancel();
      reject(new Error('the server is shutting down'));
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

function requestIn(namespace: string, nowMs: number): StoreRequest {
  return {
    namespace,
    user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    dryRun: false,
    nowMs,
    warn() {},
  };
}
