import { watchRequest, watchResponse } from '../../etcdserverpb/messages/watch-messages.ts';
import { bidirectional, type MethodTable } from '../methods/method.ts';

/** etcd's Watch service. `AuthorizedWatch` checks who may watch a range. */
export const watchMethods = {
  '/etcdserverpb.Watch/Watch': bidirectional({ request: watchRequest, response: watchResponse }),
} as const satisfies MethodTable;
