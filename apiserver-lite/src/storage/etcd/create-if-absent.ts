import type { KubeObject } from '@pg8s/k8s-proto/object';
import { alreadyExists, internalError } from '../../api-errors/status-error.ts';
import type { ObjectKey } from '../storage.ts';
import type { Keyspace } from './keyspace.ts';
import type { StoredObject } from './stored-object.ts';
import { putWhere } from './write-object.ts';

/** `If MOD(key) == 0 Then put`: of two creators one wins, the other gets AlreadyExists. */
export async function createIfAbsent(
  keyspace: Keyspace,
  key: ObjectKey,
  object: KubeObject,
  ttlSeconds?: number,
): Promise<StoredObject> {
  const { resourceVersion } = object.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
    throw internalError(new Error('resourceVersion should not be set on objects to be created'));
  }
  const text = keyspace.layout.objectKey(key);
  const outcome = await putWhere(keyspace, 'create', {
    key: text,
    encoded: await keyspace.encode(text, object),
    expectedRevision: 0,
    ttlSeconds,
  });
  if ('written' in outcome) return outcome.written;
  throw alreadyExists(keyspace.resource, key.name);
}
