import type { RequestInfo, UserInfo } from '../http/request-context.ts';
import type { FlowRule, FlowSchemaObject, FlowSubject } from './config-objects.ts';

/** How many requests of a FlowSchema are executing and waiting. */
export interface FlowCounts {
  executing: number;
  waiting: number;
}

/** A FlowSchema, ready to be asked. */
export interface CompiledSchema {
  readonly name: string;
  readonly uid: string;
  /** The name of its priority level. */
  readonly level: string;
  readonly precedence: number;
  readonly counts: FlowCounts;
  matches(user: UserInfo, info: RequestInfo): boolean;
  /** What tells the flows of this schema apart: a user, a namespace, or nothing. */
  distinguisher(user: UserInfo, info: RequestInfo): string;
}

type Test = (value: string) => boolean;

/** A list of the API: `*` alone stands for everything. */
function oneOf(names: readonly string[] = []): Test {
  if (names.length === 1 && names[0] === '*') return () => true;
  const known = new Set(names);
  return (name) => known.has(name);
}

/** Paths: one that ends in `*` stands for all that begin so. */
function onePath(paths: readonly string[] = []): Test {
  const prefixes = paths.filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1));
  const whole = new Set(paths);
  return (path) => whole.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
}

const accountPrefix = 'system:serviceaccount:';

function compileSubjects(subjects: readonly FlowSubject[] = []): (user: UserInfo) => boolean {
  const users = new Set<string>();
  const groups = new Set<string>();
  const prefixes: string[] = [];
  let everybody = false;
  for (const { kind, user, group, serviceAccount } of subjects) {
    if (kind === 'User' && user !== undefined) {
      if (user.name === '*') everybody = true;
      users.add(user.name);
    } else if (kind === 'Group' && group !== undefined) {
      if (group.name === '*') everybody = true;
      groups.add(group.name);
    } else if (kind === 'ServiceAccount' && serviceAccount !== undefined) {
      const { namespace, name } = serviceAccount;
      if (name === '*') prefixes.push(`${accountPrefix}${namespace}:`);
      else users.add(`${accountPrefix}${namespace}:${name}`);
    }
  }
  if (everybody) return () => true;
  return ({ name, groups: own }) =>
    users.has(name) ||
    (groups.size > 0 && own.some((group) => groups.has(group))) ||
    prefixes.some((prefix) => name.startsWith(prefix));
}

interface CompiledRule {
  subject(user: UserInfo): boolean;
  request(info: RequestInfo): boolean;
}

function compileRule({ subjects, resourceRules = [], nonResourceRules = [] }: FlowRule): CompiledRule {
  const resources = resourceRules.map((rule) => ({
    verb: oneOf(rule.verbs),
    group: oneOf(rule.apiGroups),
    resource: oneOf(rule.resources),
    namespace: oneOf(rule.namespaces),
    clusterScope: rule.clusterScope === true,
  }));
  const paths = nonResourceRules.map((rule) => ({
    verb: oneOf(rule.verbs),
    path: onePath(rule.nonResourceURLs),
  }));
  return {
    subject: compileSubjects(subjects),
    request({ isResourceRequest, verb, path, apiGroup, resource, subresource, namespace }) {
      if (!isResourceRequest) return paths.some((rule) => rule.verb(verb) && rule.path(path));
      const name = subresource === '' ? resource : `${resource}/${subresource}`;
      return resources.some(
        (rule) =>
          rule.verb(verb) &&
          rule.resource(name) &&
          rule.group(apiGroup) &&
          (namespace === '' ? rule.clusterScope : rule.namespace(namespace)),
      );
    },
  };
}

/** Makes a FlowSchema ready to be asked (Kubernetes: `util/flowcontrol/rule.go`). */
export function compileSchema({ metadata, spec = {} }: FlowSchemaObject, counts: FlowCounts): CompiledSchema {
  const rules = (spec.rules ?? []).map(compileRule);
  // Whether the subjects match is the same at each request of a user.
  const ofUser = new WeakMap<UserInfo, readonly CompiledRule[]>();
  const method = spec.distinguisherMethod?.type;
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    level: spec.priorityLevelConfiguration?.name ?? '',
    precedence: spec.matchingPrecedence ?? 1000,
    counts,
    matches(user, info) {
      let own = ofUser.get(user);
      if (own === undefined) {
        own = rules.filter((rule) => rule.subject(user));
        ofUser.set(user, own);
      }
      return own.some((rule) => rule.request(info));
    },
    distinguisher(user, info) {
      if (method === 'ByUser') return user.name;
      return method === 'ByNamespace' ? info.namespace : '';
    },
  };
}
