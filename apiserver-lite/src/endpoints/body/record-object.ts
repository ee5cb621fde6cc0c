import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../http/request-context.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import { jsonDocument } from '../encoding/json.ts';
import type { ResourceScope } from '../resource-scope.ts';

/** Records what the client sent, with defaults, and before admission, where the request is audited. */
export function recordObject({ audit }: RequestContext, scope: ResourceScope, object: KubeObject): void {
  if (audit === undefined) return;
  audit.requestObject(object.metadata, () => {
    const bytes = jsonDocument(new CachedObject(object, 0), scope.codec);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().trimEnd();
  });
}
