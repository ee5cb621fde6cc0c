import type { RbacV1Subject, V1ClusterRoleBinding, V1RoleBinding } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const wide = { priority: 1 };

const subjects = (all: RbacV1Subject[] = [], kind: string) =>
  all
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

export const bindingTable = tableOf<V1RoleBinding | V1ClusterRoleBinding>([
  nameColumn(),
  column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn(),
  column('Users', ({ subjects: all }) => subjects(all, 'User'), wide),
  column('Groups', ({ subjects: all }) => subjects(all, 'Group'), wide),
  column('ServiceAccounts', ({ subjects: all }) => subjects(all, 'ServiceAccount'), wide),
]);
