import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { UserInfo } from '../http/request-context.ts';
import { CompiledRole } from './compiled-role.ts';
import type { BindingObject, RbacResource, RoleObject, RoleRef, Subject } from './rbac-objects.ts';
import { rbacGroup } from './rbac-objects.ts';

/** A role by which somebody may be allowed something. */
export interface BoundRole {
  binding: Binding;
  /** undefined: the binding names a role that is not there. */
  role: CompiledRole | undefined;
}

/** A RoleBinding, or a ClusterRoleBinding. */
class Binding {
  readonly name: string;
  /** Empty: it holds everywhere. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  /** Of its subjects; those of a kind that names nobody are left out. */
  readonly keys: readonly string[];
  readonly #subjects: readonly Subject[];

  constructor({ metadata, roleRef, subjects = [] }: DeepReadonly<BindingObject>, namespace: string) {
    this.name = metadata.name ?? '';
    this.namespace = namespace;
    this.roleRef = roleRef;
    this.#subjects = subjects;
    this.keys = subjects.map((subject) => subjectKey(subject, namespace)).filter((key) => key !== undefined);
  }

  /** Kind and name of the first subject that the user is: `['ServiceAccount', 'NAME/NAMESPACE']`. */
  subjectOf({ name, groups }: UserInfo): [kind: string, name: string] {
    const own = new Set([userKey(name), ...groups.map(groupKey)]);
    const subject = this.#subjects.find((each) => own.has(subjectKey(each, this.namespace) ?? ''));
    if (subject === undefined) return ['', ''];
    const { kind, name: subjectName, namespace = '' } = subject;
    if (kind !== 'ServiceAccount') return [kind, subjectName];
    return [kind, `${subjectName}/${namespace === '' ? this.namespace : namespace}`];
  }
}

/** The bindings of one scope, cluster or namespace, by their subjects. */
class BindingIndex {
  readonly #bindings = new Map<string, Binding>();
  readonly #names = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.#bindings.size === 0;
  }

  set(object: DeepReadonly<BindingObject>, namespace: string): void {
    const binding = new Binding(object, namespace);
    const { name, keys } = binding;
    this.delete(name);
    this.#bindings.set(name, binding);
    for (const key of keys) {
      const names = this.#names.get(key);
      if (names === undefined) this.#names.set(key, new Set([name]));
      else names.add(name);
    }
  }

  delete(name: string): void {
    for (const key of this.#bindings.get(name)?.keys ?? []) {
      const names = this.#names.get(key);
      names?.delete(name);
      if (names?.size === 0) this.#names.delete(key);
    }
    this.#bindings.delete(name);
  }

  *of(key: string): Generator<Binding> {
    const names = this.#names.get(key);
    if (names === undefined) return;
    for (const name of names) {
      const binding = this.#bindings.get(name);
      if (binding !== undefined) yield binding;
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

  /**
   * The roles of a user and its groups: everywhere, then in `namespace` where that is not empty. A binding
   * comes as often as it names the user or one of the groups.
   */
  *rolesOf(user: UserInfo, namespace: string): Generator<BoundRole> {
    yield* this.#boundBy(this.#clusterBindings, user, '');
    const bindings = namespace === '' ? undefined : this.#bindings.get(namespace);
    if (bindings !== undefined) yield* this.#boundBy(bindings, user, namespace);
  }

  *#boundBy(bindings: BindingIndex, user: UserInfo, namespace: string): Generator<BoundRole> {
    for (const binding of bindings.of(userKey(user.name))) yield this.#resolve(binding, namespace);
    for (const group of user.groups) {
      for (const binding of bindings.of(groupKey(group))) yield this.#resolve(binding, namespace);
    }
  }

  #resolve(binding: Binding, namespace: string): BoundRole {
    const { roleRef } = binding;
    if (roleRef.apiGroup !== rbacGroup) return { binding, role: undefined };
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#clusterRoles.get(roleRef.name)
        : this.#roles.get(`${namespace}/${roleRef.name}`);
    return { binding, role };
  }
}
