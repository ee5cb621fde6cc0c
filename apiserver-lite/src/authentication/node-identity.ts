import type { UserInfo } from '../http/request-context.ts';
import { nodesGroup } from './authenticator.ts';

const nodePrefix = 'system:node:';

/**
 * The name of the node that a user is: a user `system:node:NAME` in the group `system:nodes`. Empty where the
 * name is missing; undefined for a user that is no node (Kubernetes: `auth/nodeidentifier`).
 */
export function nodeNameOf({ name, groups }: UserInfo): string | undefined {
  if (!name.startsWith(nodePrefix) || !groups.includes(nodesGroup)) return undefined;
  return name.slice(nodePrefix.length);
}
