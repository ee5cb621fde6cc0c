import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { internalUpdate, loopbackRequest } from './ensure-object.ts';

/** What is written to a Secret. */
export interface SecretLabels {
  labels: Record<string, string>;
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Hears of a failure, which nobody else does. */
  log: Logger;
}

/** Gives a Secret labels, as the server itself, unless it is another one of that name by now. */
export async function labelSecret(
  registry: BuiltRegistry,
  { metadata: { namespace = '', name = '', uid } }: KubeObject,
  { labels, nowMs, log }: SecretLabels,
): Promise<void> {
  const store = registry.storeOf('', 'secrets');
  try {
    await store.update(
      loopbackRequest(namespace, nowMs),
      name,
      (current) => {
        if (current?.metadata.uid !== uid) throw new Error('it is another Secret');
        const metadata = { ...current!.metadata, labels: { ...current!.metadata.labels, ...labels } };
        const object = { ...current!, metadata };
        registry.trackServerWrite({ resource: store.resource, current, object });
        return object;
      },
      internalUpdate,
    );
  } catch (error) {
    log.error({ err: error, namespace, name }, 'could not label the secret of a legacy token');
  }
}
