import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type {
  BindingObject,
  PolicyRule,
  RbacResource,
  RoleObject,
  Subject,
} from '../../authorization/rbac-objects.ts';
import { bootstrapPolicy, mayUpdate } from './policy.ts';
import type { PolicyOptions } from './policy.ts';

/** The store as the policy needs it. */
export interface PolicyStore {
  /** What there is of one resource, by `namespace/name`. */
  list(resource: RbacResource): Promise<ReadonlyMap<string, KubeObject>>;
  create(resource: RbacResource, object: KubeObject): Promise<void>;
  update(resource: RbacResource, object: KubeObject): Promise<void>;
  delete(resource: RbacResource, object: KubeObject): Promise<void>;
}

export interface ReconcileResult {
  created: number;
  updated: number;
}

/**
 * Brings the stored roles and bindings to what the policy says: creates what is missing, adds missing rules
 * and subjects, but takes nothing away, and leaves alone what is annotated `autoupdate: "false"` (Kubernetes:
 * `registry/rbac/reconciliation`).
 */
export async function reconcilePolicy(
  store: PolicyStore,
  options: PolicyOptions = { controllersShareOneIdentity: false },
): Promise<ReconcileResult> {
  const result: ReconcileResult = { created: 0, updated: 0 };
  for (const [resource, wanted] of bootstrapPolicy(options)) {
    const stored = await store.list(resource);
    await Promise.all(wanted.map((object) => reconcile(store, resource, { object, stored, result })));
  }
  return result;
}

interface Task {
  object: KubeObject;
  stored: ReadonlyMap<string, KubeObject>;
  result: ReconcileResult;
}

async function reconcile(
  store: PolicyStore,
  resource: RbacResource,
  { object, stored, result }: Task,
): Promise<void> {
  const { namespace = '', name = '' } = object.metadata;
  const current = stored.get(`${namespace}/${name}`);
  if (current === undefined) {
    await store.create(resource, object);
    result.created += 1;
    return;
  }
  if (!mayUpdate(current)) return;
  if (resource.endsWith('bindings') && !isDeepStrictEqual(current['roleRef'], object['roleRef'])) {
    // A binding's role cannot be changed, only replaced.
    await store.delete(resource, current);
    await store.create(resource, object);
    result.updated += 1;
    return;
  }
  const next = resource.endsWith('bindings')
    ? withMissingSubjects(current as BindingObject, object as BindingObject)
    : withMissingRules(current as RoleObject, object as RoleObject);
  if (next === undefined) return;
  await store.update(resource, next);
  result.updated += 1;
}

/** The role with what it lacks, or undefined where it lacks nothing. */
function withMissingRules(current: RoleObject, wanted: RoleObject): RoleObject | undefined {
  const metadata = withMissingMetadata(current, wanted);
  const rules = current.rules ?? [];
  const missing = (wanted.rules ?? []).filter((rule) => !rules.some((own) => includesRule(own, rule)));
  const aggregates = wanted.aggregationRule === undefined || current.aggregationRule !== undefined;
  if (missing.length === 0 && metadata === undefined && aggregates) return undefined;
  return {
    ...current,
    metadata: metadata ?? current.metadata,
    rules: [...rules, ...missing],
    ...(aggregates ? {} : { aggregationRule: wanted.aggregationRule! }),
  };
}

function withMissingSubjects(current: BindingObject, wanted: BindingObject): BindingObject | undefined {
  const metadata = withMissingMetadata(current, wanted);
  const isWithdrawn = (subject: Subject): boolean =>
    current.metadata.name === 'system:node' && subject.kind === 'Group' && subject.name === 'system:nodes';
  // Clusters that pg8s made before there was a Node authorizer have it; a stock one never had.
  const subjects = (current.subjects ?? []).filter((subject) => !isWithdrawn(subject));
  const missing = (wanted.subjects ?? []).filter(
    (subject) => !subjects.some((own) => isSameSubject(own, subject)),
  );
  const same = subjects.length === (current.subjects ?? []).length;
  if (missing.length === 0 && same && metadata === undefined) return undefined;
  return { ...current, metadata: metadata ?? current.metadata, subjects: [...subjects, ...missing] };
}

function withMissingMetadata(
  { metadata: own }: KubeObject,
  { metadata: wanted }: KubeObject,
): KubeObject['metadata'] | undefined {
  const labels = { ...wanted.labels, ...own.labels };
  const annotations = { ...wanted.annotations, ...own.annotations };
  if (isDeepStrictEqual(labels, own.labels ?? {}) && isDeepStrictEqual(annotations, own.annotations ?? {}))
    return undefined;
  return { ...own, labels, annotations };
}

/** Whether `own` grants at least what `rule` does. */
function includesRule(own: PolicyRule, rule: PolicyRule): boolean {
  const includes = (all: readonly string[] = [], some: readonly string[] = []): boolean =>
    all.includes('*') || some.every((item) => all.includes(item));
  const ownNames = own.resourceNames ?? [];
  const names = rule.resourceNames ?? [];
  return (
    includes(own.verbs, rule.verbs) &&
    includes(own.apiGroups, rule.apiGroups) &&
    includes(own.resources, rule.resources) &&
    includes(own.nonResourceURLs, rule.nonResourceURLs) &&
    // No names: all of them.
    (ownNames.length === 0 || (names.length > 0 && names.every((name) => ownNames.includes(name))))
  );
}

function isSameSubject(left: Subject, right: Subject): boolean {
  return (
    left.kind === right.kind && left.name === right.name && (left.namespace ?? '') === (right.namespace ?? '')
  );
}
