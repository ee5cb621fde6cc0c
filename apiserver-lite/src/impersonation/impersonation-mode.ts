import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { dns1123Label, dns1123Subdomain, domainPrefixedPath } from '../registry/fields/formats.ts';
import { subdomainName } from '../registry/fields/names.ts';
import type { UserInfo } from '../http/request-context.ts';
import {
  anonymousUser,
  authenticatedGroup,
  mastersGroup,
  nodesGroup,
  unauthenticatedGroup,
} from '../authentication/authenticator.ts';
import { refusal } from '../authorization/authorizer.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer.ts';
import type { WantedUser } from './wanted-user.ts';

/** One kind of permission to impersonate another user. */
export interface ImpersonationMode {
  /** As metrics call it. */
  readonly name: string;
  /** Whether this mode can be used for that user at all. */
  applies(wanted: WantedUser, requestor: UserInfo): boolean;
  /**
   * The user that the request is authorized as. @throws StatusError 403 where the requestor may not
   * impersonate them.
   */
  effectiveUser(wanted: WantedUser, request: AuthorizationAttributes): Promise<UserInfo>;
}

/**
 * All modes, the narrowest first: the verb `impersonate` on its own, the oldest one, comes last. The others
 * need two permissions, `impersonate-on:MODE:VERB` for what is asked, and `impersonate:MODE` for who it is
 * asked as (Kubernetes: `endpoints/filters/impersonation/mode.go`, KEP-5284).
 */
export function impersonationModes(authorizer: Authorizer): readonly ImpersonationMode[] {
  const ask = async (attributes: AuthorizationAttributes): Promise<void> => {
    const { decision, reason } = await authorizer.authorize(attributes);
    if (decision !== 'allow') throw refusal(attributes, reason);
  };
  const askAssociated = (attributes: AuthorizationAttributes): Promise<void> => ask(asAssociated(attributes));
  return [
    constrained('associated-node', askAssociated, (wanted, requestor) => {
      const node = nodeOf(wanted.name);
      return onlyNamed(wanted) && node !== undefined && associatedNodeOf(requestor) === node;
    }),
    constrained('arbitrary-node', ask, (wanted) => onlyNamed(wanted) && nodeOf(wanted.name) !== undefined),
    constrained('serviceaccount', ask, (wanted) => onlyNamed(wanted) && accountOf(wanted.name) !== undefined),
    constrained('user-info', ask, ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined),
    {
      name: 'legacy',
      applies: () => true,
      async effectiveUser(wanted, { user }) {
        await askForUser(wanted, { user, verb: 'impersonate', isConstrained: false, ask });
        return userFor(wanted, false);
      },
    },
  ];
}

/** The mode that a question belongs to, by its verb. */
export function modeOfVerb(verb: string): string {
  if (verb === 'impersonate') return 'legacy';
  return (
    /^impersonate(?:-on)?:(associated-node|arbitrary-node|serviceaccount|user-info)(?::|$)/.exec(verb)?.[1] ??
    'unknown'
  );
}

type Ask = (attributes: AuthorizationAttributes) => Promise<void>;

function constrained(mode: string, ask: Ask, applies: ImpersonationMode['applies']): ImpersonationMode {
  return {
    name: mode,
    applies,
    async effectiveUser(wanted, request) {
      await ask({ ...request, verb: `impersonate-on:${mode}:${request.verb}` });
      await askForUser(wanted, { user: request.user, verb: `impersonate:${mode}`, isConstrained: true, ask });
      return userFor(wanted, true);
    },
  };
}

/**
 * Any service account on that node is the same to the authorizer: who they are is checked before it is asked.
 */
function asAssociated(attributes: AuthorizationAttributes): AuthorizationAttributes {
  const keys = Object.keys(attributes.user.extra ?? {}).toSorted();
  const extra = { 'authentication.kubernetes.io/associated-node-keys': keys };
  const name = attributes.verb === 'impersonate:associated-node' ? '*' : attributes.name;
  return { ...attributes, name, user: { ...attributes.user, extra } };
}

interface Asking {
  user: UserInfo;
  verb: string;
  isConstrained: boolean;
  ask: Ask;
}

/** So many of one kind are first asked for in one question. */
const manyQuestions = 4;

async function askForUser(wanted: WantedUser, { user, verb, isConstrained, ask }: Asking): Promise<void> {
  const about = (apiGroup: string, resource: string, name: string): AuthorizationAttributes => ({
    user,
    verb,
    isResourceRequest: true,
    namespace: '',
    apiGroup,
    apiVersion: 'v1',
    resource,
    subresource: '',
    name,
    path: '',
  });
  const may = async (attributes: AuthorizationAttributes): Promise<boolean> =>
    ask(attributes).then(
      () => true,
      () => false,
    );
  const authentication = 'authentication.k8s.io';
  const group = isConstrained ? authentication : '';

  const node = isConstrained ? nodeOf(wanted.name) : undefined;
  const account = accountOf(wanted.name);
  if (account !== undefined) await ask({ ...about(group, 'serviceaccounts', account.name), ...account });
  else if (node !== undefined) await ask(about(group, 'nodes', node));
  else await ask(about(group, 'users', wanted.name));

  if (wanted.uid !== '') await ask(about(authentication, 'uids', wanted.uid));

  const { groups } = wanted;
  if (isConstrained) {
    if (groups.includes('')) {
      throw refusal(about(group, 'groups', ''), 'impersonating the empty string group is not allowed');
    }
    if (groups.includes(mastersGroup)) {
      throw refusal(
        about(group, 'groups', mastersGroup),
        'impersonating the system:masters group is not allowed',
      );
    }
  }
  const allGroups =
    isConstrained && groups.length >= manyQuestions && (await may(about(group, 'groups', '*')));
  if (!allGroups) for (const name of groups) await ask(about(group, 'groups', name));

  const extra = Object.entries(wanted.extra);
  if (extra.length === 0) return;
  const extras = about(authentication, 'userextras', '');
  const problem = isConstrained ? extraProblem(extra) : undefined;
  if (problem !== undefined) throw refusal(extras, problem);
  const count = extra.reduce((sum, [, values]) => sum + values.length, 0);
  const many = isConstrained && Math.max(count, extra.length) >= manyQuestions;
  if (many && (await may({ ...extras, subresource: '*', name: '*' }))) return;
  for (const [subresource, values] of extra) {
    for (const name of values) await ask({ ...extras, subresource, name });
  }
}

function extraProblem(extra: readonly [key: string, values: readonly string[]][]): string | undefined {
  for (const [key, values] of extra) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const problems = domainPrefixedPath(key);
    if (problems.length > 0) {
      const lines = problems.map(({ bad, detail }) => `extra.key: Invalid value: ${goQuote(bad)}: ${detail}`);
      const all = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
      return `impersonating an invalid key in extra is not allowed: ${all}`;
    }
    if (key !== key.toLowerCase()) {
      return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    }
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

/** The user that the headers name, with the groups that such users always have. */
function userFor({ name, uid, groups: named, extra }: WantedUser, isConstrained: boolean): UserInfo {
  const account = accountOf(name);
  const groups = [...named];
  if (isConstrained && nodeOf(name) !== undefined) groups.push(nodesGroup);
  if (account !== undefined && named.length === 0) {
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`);
  }
  const always = name === anonymousUser ? unauthenticatedGroup : authenticatedGroup;
  if (!groups.includes(always) && !groups.includes(unauthenticatedGroup)) groups.push(always);
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function onlyNamed({ uid, groups, extra }: WantedUser): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

const accountPrefix = 'system:serviceaccount:';

function accountOf(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(accountPrefix)) return undefined;
  const [namespace = '', name = '', ...rest] = user.slice(accountPrefix.length).split(':');
  if (rest.length > 0 || dns1123Label(namespace).length > 0 || dns1123Subdomain(name).length > 0)
    return undefined;
  return { namespace, name };
}

const nodePrefix = 'system:node:';

function nodeOf(user: string): string | undefined {
  if (!user.startsWith(nodePrefix)) return undefined;
  const name = user.slice(nodePrefix.length);
  return subdomainName(name, false).length === 0 ? name : undefined;
}

/** The node that the token of a service account is bound to. */
function associatedNodeOf({ name, extra }: UserInfo): string | undefined {
  if (accountOf(name) === undefined) return undefined;
  const values = extra?.['authentication.kubernetes.io/node-name'] ?? [];
  return values.length === 1 ? values[0] : undefined;
}
