import { readFileSync } from 'node:fs';
import { rbacGroup } from '../../authorization/rbac-objects.ts';
import type {
  BindingObject,
  PolicyRule,
  RbacResource,
  RoleObject,
  Subject,
} from '../../authorization/rbac-objects.ts';

/** Lists are separated by spaces; `core` is the group without a name. */
interface RuleRow {
  verbs: string;
  groups?: string;
  resources?: string;
  names?: string;
  paths?: string;
}

interface Row {
  namespace?: string;
  name: string;
  labels?: Record<string, string>;
}

interface RoleRow extends Row {
  rules?: RuleRow[];
  /** Labels of the roles that this one is the sum of. */
  aggregates?: Record<string, string>;
}

interface BindingRow extends Row {
  role: string;
  /** `Group system:masters`, `ServiceAccount kube-system/kube-dns`. */
  subjects?: string[];
}

interface Table {
  ClusterRole: RoleRow[];
  ClusterRoleBinding: BindingRow[];
  Role: RoleRow[];
  RoleBinding: BindingRow[];
}

const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

export interface PolicyOptions {
  /** Whether the user `system:kube-controller-manager` has what the accounts of its controllers have. */
  controllersShareOneIdentity: boolean;
}

/**
 * What everybody may do in a cluster that nobody has changed: the objects that a stock kube-apiserver 1.36
 * writes at its start, from a table of its answers (`scripts/bootstrap-policy.ts`).
 */
export function bootstrapPolicy({
  controllersShareOneIdentity,
}: PolicyOptions): readonly [RbacResource, readonly (BindingObject | RoleObject)[]][] {
  const table = readTable();
  const clusterBindings = [...table.ClusterRoleBinding];
  if (controllersShareOneIdentity) clusterBindings.push(...sharedIdentity(table.ClusterRoleBinding));
  return [
    ['clusterroles', table.ClusterRole.map((row) => role('ClusterRole', row))],
    ['clusterrolebindings', clusterBindings.map((row) => binding('ClusterRoleBinding', row))],
    ['roles', table.Role.map((row) => role('Role', row))],
    ['rolebindings', table.RoleBinding.map((row) => binding('RoleBinding', row))],
  ];
}

/** What a node may do that is not divided by nodes. */
export function nodeRole(): RoleObject {
  const row = readTable().ClusterRole.find(({ name }) => name === 'system:node');
  return role('ClusterRole', row ?? { name: 'system:node' });
}

function readTable(): Table {
  const file = new URL('./generated/policy.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Table;
}

/** Whether an object may be brought back to what the policy says. */
export function mayUpdate({ metadata }: Pick<RoleObject, 'metadata'>): boolean {
  return metadata.annotations?.[autoUpdateAnnotation] === 'true';
}

/**
 * The controllers of `pg8s up` work under one name, as those of kube-controller-manager do without
 * `--use-service-account-credentials`; a stock cluster lets that name do less than they need. These bindings
 * give it what its controllers' own accounts have, and nothing else. They have names of their own, so that a
 * person sees them.
 */
function sharedIdentity(bindings: readonly BindingRow[]): BindingRow[] {
  const prefix = 'system:controller:';
  return bindings
    .filter(({ name }) => name.startsWith(prefix))
    .map((row) => ({
      name: `pg8s:kube-controller-manager:${row.name.slice(prefix.length)}`,
      role: row.role,
      subjects: ['User system:kube-controller-manager'],
    }));
}

function metadataOf({ namespace, name, labels }: Row): RoleObject['metadata'] {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoUpdateAnnotation]: 'true' },
  };
}

function role(kind: 'ClusterRole' | 'Role', row: RoleRow): RoleObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind,
    metadata: metadataOf(row),
    ...(row.aggregates === undefined
      ? { rules: (row.rules ?? []).map((each) => rule(each)) }
      : // A controller gives it its rules.
        { aggregationRule: { clusterRoleSelectors: [{ matchLabels: row.aggregates }] } }),
  };
}

function rule({ verbs, groups, resources, names, paths }: RuleRow): PolicyRule {
  return {
    verbs: words(verbs),
    ...(groups === undefined
      ? {}
      : { apiGroups: words(groups).map((name) => (name === 'core' ? '' : name)) }),
    ...(resources === undefined ? {} : { resources: words(resources) }),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
    ...(paths === undefined ? {} : { nonResourceURLs: words(paths) }),
  };
}

function words(text: string): string[] {
  return text.split(' ');
}

function binding(kind: 'ClusterRoleBinding' | 'RoleBinding', row: BindingRow): BindingObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind,
    metadata: metadataOf(row),
    ...(row.subjects === undefined ? {} : { subjects: row.subjects.map((text) => subject(text)) }),
    roleRef: {
      apiGroup: rbacGroup,
      kind: kind === 'ClusterRoleBinding' ? 'ClusterRole' : 'Role',
      name: row.role,
    },
  };
}

function subject(text: string): Subject {
  const [kind = '', ...rest] = text.split(' ');
  const name = rest.join(' ');
  if (kind !== 'ServiceAccount') return { kind, apiGroup: rbacGroup, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, name: account, namespace };
}
