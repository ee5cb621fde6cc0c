import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { badRequest } from '../api-errors/status-error.ts';
import type { ResourceStorage } from '../storage/storage.ts';
import { bindPod } from './core/pod/binding-rest.ts';
import { defaultTable } from './table/default-table.ts';
import type { Rest } from './rest.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from './authorization/access-review.ts';
import { selfSubjectReview, tokenReview } from './authentication/authentication-review.ts';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';
import type { TokenReviewer } from '../authentication/token-reviewer.ts';
import { componentStatusRest, type ComponentProbe } from './core/component-status/component-status-rest.ts';

/** What the resources that are not stored ask. */
export interface VirtualDependencies {
  authorizer: ReviewAuthorizer;
  tokens: TokenReviewer;
  /** By component name: `scheduler`, `controller-manager`, `etcd-0`. */
  componentProbes: Readonly<Record<string, ComponentProbe>>;
  clock: () => number;
  storageOf(group: string, resource: string): ResourceStorage;
}

type Builder = (resource: ResourceInfo, dependencies: VirtualDependencies) => Rest;

const create =
  (make: (dependencies: VirtualDependencies) => NonNullable<Rest['create']>): Builder =>
  (resource, dependencies) => ({ resource, table: defaultTable, create: make(dependencies) });

const builders: Readonly<Record<string, Builder>> = {
  '/bindings': (resource, { storageOf, clock }) => {
    const bind = bindPod(storageOf('', 'pods'), clock);
    return {
      resource,
      table: defaultTable,
      createNamed: (context, _name, object, options) => {
        const { name = '' } = object.metadata;
        if (name === '') throw badRequest('Name parameter required.');
        return bind(context, name, object, options);
      },
    };
  },
  '/componentstatuses': (resource, { componentProbes }) => componentStatusRest(resource, componentProbes),
  'authentication.k8s.io/selfsubjectreviews': create(({ clock }) => selfSubjectReview(clock)),
  'authentication.k8s.io/tokenreviews': create(({ tokens }) => tokenReview(tokens)),
  'authorization.k8s.io/localsubjectaccessreviews': create(({ authorizer }) =>
    localSubjectAccessReview(authorizer),
  ),
  'authorization.k8s.io/selfsubjectaccessreviews': create(({ authorizer }) =>
    selfSubjectAccessReview(authorizer),
  ),
  'authorization.k8s.io/selfsubjectrulesreviews': create(({ authorizer }) =>
    selfSubjectRulesReview(authorizer),
  ),
  'authorization.k8s.io/subjectaccessreviews': create(({ authorizer }) => subjectAccessReview(authorizer)),
};

/** The endpoint of a resource without storage, or undefined where nothing serves it yet. */
export function buildVirtual(resource: ResourceInfo, dependencies: VirtualDependencies): Rest | undefined {
  return builders[`${resource.group}/${resource.name}`]?.(resource, dependencies);
}
