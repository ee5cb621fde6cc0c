import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { TokenReviewer } from '../authentication/token-reviewer.ts';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';
import type { ComponentProbe } from './core/component-status/component-status-rest.ts';
import type { StorageOf } from './storage-of.ts';
import type { Rest } from './rest.ts';

/** What serves resources that are not stored. */
export interface VirtualDependencies {
  authorizer: ReviewAuthorizer;
  tokens: TokenReviewer;
  /** By component name: `scheduler`, `controller-manager`, `etcd-0`. */
  componentProbes: Readonly<Record<string, ComponentProbe>>;
  clock: () => number;
  storageOf: StorageOf;
}

/** A resource that can only be created, and is answered at once. */
export function reviewRest(resource: ResourceInfo, create: NonNullable<Rest['create']>): Rest {
  return { resource, create };
}
