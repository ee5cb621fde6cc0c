import type { Ask } from '../family.ts';
import { namespace } from '../places.ts';

/** Deletes what a server itself has reported: kube-apiserver says when it repairs an address, at any time. */
export async function withoutEvents(ask: Ask): Promise<void> {
  await ask.silently({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/events` });
}
