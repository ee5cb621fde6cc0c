import type {
  RbacV1Subject,
  V1RoleRef,
  V1ClusterRoleBinding,
  V1RoleBinding,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { dns1123Subdomain, pathSegment } from '../fields/formats.ts';
import { goValue } from '../fields/go-value.ts';
import { isSame } from '../generic/copy-object.ts';

type Binding = V1ClusterRoleBinding | V1RoleBinding;

const rbacGroup = 'rbac.authorization.k8s.io';

function validateSubject(subject: RbacV1Subject, field: string, namespaced: boolean): FieldError[] {
  const findings: FieldError[] = [];
  const { kind, name, namespace = '', apiGroup = '' } = subject;
  if (!name) findings.push(required(`${field}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name) findings.push(...invalidEach(`${field}.name`, name, dns1123Subdomain(name)));
      if (apiGroup !== '') findings.push(notSupported(`${field}.apiGroup`, apiGroup, ['']));
      if (!namespaced && namespace === '') findings.push(required(`${field}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== rbacGroup) findings.push(notSupported(`${field}.apiGroup`, apiGroup, [rbacGroup]));
      break;
    default:
      findings.push(notSupported(`${field}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
  return findings;
}

/** The roleRef and subjects of a RoleBinding or a ClusterRoleBinding. */
export function validateRoleBinding(namespaced: boolean): (object: Binding) => FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return (object) => {
    const role: Partial<V1RoleRef> = object.roleRef ?? {};
    const findings: FieldError[] = [];
    if (role.apiGroup !== rbacGroup) {
      findings.push(notSupported('roleRef.apiGroup', role.apiGroup ?? '', [rbacGroup]));
    }
    if (!kinds.includes(role.kind ?? '')) findings.push(notSupported('roleRef.kind', role.kind ?? '', kinds));
    if (!role.name) findings.push(required('roleRef.name'));
    else findings.push(...invalidEach('roleRef.name', role.name, pathSegment(role.name)));
    const subjects = object.subjects ?? [];
    return [
      ...findings,
      ...subjects.flatMap((subject, index) => validateSubject(subject, `subjects[${index}]`, namespaced)),
    ];
  };
}

/** The role of a binding is immutable. */
export function validateRoleBindingUpdate(object: Binding, old: Binding): FieldError[] {
  return isSame(object.roleRef, old.roleRef)
    ? []
    : [invalidValue('roleRef', goValue('rbac.v1.RoleRef', object.roleRef), 'cannot change roleRef')];
}
