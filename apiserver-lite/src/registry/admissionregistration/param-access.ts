import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { V1ParamKind, V1ParamRef } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type FieldError, isReason } from '../../api-errors/status-error.ts';
import type { UserInfo } from '../../http/request-context.ts';
import { forbiddenField } from '../fields/field-errors.ts';
import { isSame } from '../generic/copy-object.ts';
import type { KindDependencies } from '../kind-module.ts';
import type { StoreRequest } from '../strategy.ts';

/** What is asked about parameters: who may read which. */
type Dependencies = Pick<KindDependencies, 'authorizer' | 'resources' | 'storageOf'>;

interface Policy extends KubeObject {
  spec?: { paramKind?: V1ParamKind };
}

interface Binding extends KubeObject {
  spec?: { policyName?: string; paramRef?: V1ParamRef };
}

const everything = { resource: '*', apiGroup: '*', apiVersion: '*' };

type Target = typeof everything;

type Policies = 'validatingadmissionpolicies' | 'mutatingadmissionpolicies';

/** The resource of a kind, or all of the version where there is none of the kind. */
function targetOf({ resources }: Dependencies, { apiVersion = '', kind = '' }: V1ParamKind): Target {
  const { group, version } = groupVersionOf(apiVersion);
  const served = resources
    .all()
    .find(
      ({ resource, subresource }) =>
        subresource === undefined &&
        resource.group === group &&
        resource.version === version &&
        resource.kind === kind,
    );
  return { resource: served?.resource.name ?? '*', apiGroup: group, apiVersion: version };
}

function isMaster({ groups }: UserInfo): boolean {
  return groups.includes('system:masters');
}

/** A user as Go's `%v` prints it. */
function printUser({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const entries = Object.keys(extra)
    .sort()
    .map((key) => `${key}:[${extra[key]!.join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${entries.join(' ')}]}`;
}

async function isAllowed(
  { authorizer }: Dependencies,
  user: UserInfo,
  question: Target & { verb: string; name: string; namespace: string },
): Promise<boolean> {
  const { decision } = await authorizer.authorize({
    ...question,
    user,
    isResourceRequest: true,
    subresource: '',
    path: '',
    fieldSelector: '',
    labelSelector: '',
  });
  return decision === 'allow';
}

/**
 * The client that writes a policy must be allowed to read all objects of the kind of its parameters: the
 * policy tells of them (Kubernetes: `*policy/authz.go`).
 */
export async function authorizeParamKind(
  dependencies: Dependencies,
  { user }: StoreRequest,
  { object, old }: { object: Policy; old: Policy | undefined },
): Promise<FieldError[]> {
  const paramKind = object.spec?.paramKind;
  if (!paramKind || isMaster(user) || isSame(old?.spec?.paramKind, paramKind)) return [];
  const question = { verb: 'get', name: '*', namespace: '*', ...targetOf(dependencies, paramKind) };
  if (await isAllowed(dependencies, user, question)) return [];
  const { kind = '', apiVersion = '' } = paramKind;
  return [
    forbiddenField(
      'spec.paramKind',
      `user ${printUser(user)} must have "get" permission on all objects of the referenced paramKind (kind=${kind}, apiVersion=${apiVersion})`,
    ),
  ];
}

/**
 * The client that writes a binding must be allowed to read the parameters that it names; an update asks
 * again, even where it changes nothing (Kubernetes: `*policybinding/authz.go`).
 */
export async function authorizeParamRef(
  dependencies: Dependencies,
  { user }: StoreRequest,
  { object, policies }: { object: Binding; policies: Policies },
): Promise<FieldError[]> {
  const { paramRef, policyName = '' } = object.spec ?? {};
  if (!paramRef || isMaster(user)) return [];
  const policy = await policyOf(dependencies, policies, policyName);
  const paramKind = policy?.spec?.paramKind;
  const target = paramKind ? targetOf(dependencies, paramKind) : everything;
  const { name = '', namespace = '' } = paramRef;
  const verb = name === '' ? 'list' : 'get';
  if (await isAllowed(dependencies, user, { ...target, verb, name, namespace })) return [];
  const who = printUser(user);
  const lacks = `user ${who} does not have "${verb}" permission for all groups, versions and resources`;
  const refuse = (why: string) => [forbiddenField('spec.paramRef', why)];
  if (policy === undefined) {
    return refuse(
      `unable to get policy ${policyName} to determine minimum required permissions and ${lacks}`,
    );
  }
  if (paramKind && target.resource === '*') {
    const { apiVersion = '', kind = '' } = paramKind;
    const printed = `&{${apiVersion} ${kind}}`;
    return refuse(
      `unable to resolve paramKind ${printed} to determine minimum required permissions and ${lacks}`,
    );
  }
  // kube-apiserver confuses both for mutating policies.
  const [first, second] = policies === 'validatingadmissionpolicies' ? [who, verb] : [verb, who];
  return refuse(`user ${first} does not have "${second}" permission on the object referenced by paramRef`);
}

async function policyOf(
  { storageOf }: Dependencies,
  policies: Policies,
  name: string,
): Promise<Policy | undefined> {
  try {
    const { object } = await storageOf('admissionregistration.k8s.io', policies).get(
      { namespace: '', name },
      '',
    );
    return object as Policy;
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
