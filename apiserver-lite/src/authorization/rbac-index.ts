import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { UserInfo } from '../http/request-context.ts';
import { CompiledRole } from './compiled-role.ts';
import type { BindingObject, RbacResource, RoleObject, RoleRef, Subject } from './rbac-objects.ts';
import { rbacGroup } from './rbac-objects.ts';

/** A role by which somebody may be allowed something. */
export interface BoundRole {
  roleRef: RoleRef;
  /** undefined: the binding names a role that is not there. */
  role: CompiledRole | undefined;
}

/** The bindings of one scope, cluster or namespace, by their subjects. */
class BindingIndex {
  readonly #refs = new Map<string, RoleRef>();
  readonly #names = new Map<string, Set<string>>();
  readonly #subjects = new Map<string, readonly string[]>();

  get isEmpty(): boolean {
    return this.#refs.size === 0;
  }

  set(binding: DeepReadonly<BindingObject>, namespace: string): void {
    const name = binding.metadata.name ?? '';
    this.delete(name);
    const keys = (binding.subjects ?? [])
      .map((subject) => subjectKey(subject, namespace))
      .filter((key) => key !== undefined);
    this.#refs.set(name, binding.roleRef);
    this.#subjects.set(name, keys);
    for (const key of keys) {
      const names = this.#names.get(key);
      if (names === undefined) this.#names.set(key, new Set([name]));
      else names.add(name);
    }
  }

  delete(name: string): void {
    for (const key of this.#subjects.get(name) ?? []) {
      const names = this.#names.get(key);
      names?.delete(name);
      if (names?.size === 0) this.#names.delete(key);
    }
    this.#subjects.delete(name);
    this.#refs.delete(name);
  }

  *of(key: string): Generator<RoleRef> {
    const names = this.#names.get(key);
    if (names === undefined) return;
    for (const name of names) {
      const ref = this.#refs.get(name);
      if (ref !== undefined) yield ref;
    }
  }
}

/** `User`, `Group` and `ServiceAccount` subjects as keys; undefined for kinds that name nobody. */
function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  switch (kind) {
    case 'User':
      return userKey(name);
    case 'Group':
      return groupKey(name);
    case 'ServiceAccount':
      return userKey(`system:serviceaccount:${namespace ?? bindingNamespace}:${name}`);
    default:
      return undefined;
  }
}

function userKey(name: string): string {
  return `user ${name}`;
}

function groupKey(name: string): string {
  return `group ${name}`;
}

/**
 * All roles and bindings, indexed by subject: what a request costs depends on the bindings of who asks, not
 * on how many there are. Kept up to date object by object.
 */
export class RbacIndex {
  readonly #clusterRoles = new Map<string, CompiledRole>();
  readonly #roles = new Map<string, CompiledRole>();
  readonly #clusterBindings = new BindingIndex();
  readonly #bindings = new Map<string, BindingIndex>();

  set(resource: RbacResource, object: DeepReadonly<KubeObject>): void {
    const { name = '', namespace = '' } = object.metadata;
    switch (resource) {
      case 'clusterroles':
        this.#clusterRoles.set(name, new CompiledRole(object as DeepReadonly<RoleObject>));
        break;
      case 'roles':
        this.#roles.set(`${namespace}/${name}`, new CompiledRole(object as DeepReadonly<RoleObject>));
        break;
      case 'clusterrolebindings':
        this.#clusterBindings.set(object as DeepReadonly<BindingObject>, '');
        break;
      case 'rolebindings': {
        let bindings = this.#bindings.get(namespace);
        if (bindings === undefined) {
          bindings = new BindingIndex();
          this.#bindings.set(namespace, bindings);
        }
        bindings.set(object as DeepReadonly<BindingObject>, namespace);
      }
    }
  }

  delete(
    resource: RbacResource,
    { metadata: { name = '', namespace = '' } }: Pick<DeepReadonly<KubeObject>, 'metadata'>,
  ): void {
    switch (resource) {
      case 'clusterroles':
        this.#clusterRoles.delete(name);
        break;
      case 'roles':
        this.#roles.delete(`${namespace}/${name}`);
        break;
      case 'clusterrolebindings':
        this.#clusterBindings.delete(name);
        break;
      case 'rolebindings': {
        const bindings = this.#bindings.get(namespace);
        bindings?.delete(name);
        if (bindings?.isEmpty === true) this.#bindings.delete(namespace);
      }
    }
  }

  /** The roles of a user and its groups: everywhere, then in `namespace` where that is not empty. */
  *rolesOf(user: UserInfo, namespace: string): Generator<BoundRole> {
    yield* this.#boundBy(this.#clusterBindings, user, '');
    const bindings = namespace === '' ? undefined : this.#bindings.get(namespace);
    if (bindings !== undefined) yield* this.#boundBy(bindings, user, namespace);
  }

  *#boundBy(bindings: BindingIndex, user: UserInfo, namespace: string): Generator<BoundRole> {
    for (const roleRef of bindings.of(userKey(user.name))) yield this.#resolve(roleRef, namespace);
    for (const group of user.groups) {
      for (const roleRef of bindings.of(groupKey(group))) yield this.#resolve(roleRef, namespace);
    }
  }

  #resolve(roleRef: RoleRef, namespace: string): BoundRole {
    if (roleRef.apiGroup !== rbacGroup) return { roleRef, role: undefined };
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#clusterRoles.get(roleRef.name)
        : this.#roles.get(`${namespace}/${roleRef.name}`);
    return { roleRef, role };
  }
}
