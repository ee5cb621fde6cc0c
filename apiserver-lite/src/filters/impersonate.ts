import type { IncomingHttpHeaders } from 'node:http';
import type { Filter, HttpRequest, UserInfo } from '../server/request-context.ts';
import { StatusError } from '../server/status-error.ts';
import { anonymousUser, authenticatedGroup, unauthenticatedGroup } from './authentication/authenticator.ts';
import { refusal } from './authorization/authorizer.ts';
import type { AuthorizationAttributes, Authorizer } from './authorization/authorizer.ts';

const extraPrefix = 'impersonate-extra-';
const serviceAccountPrefix = 'system:serviceaccount:';

interface Wanted {
  user: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

/**
 * `kubectl --as`: the headers `Impersonate-User`, `-Group`, `-Uid` and `-Extra-…` name who the request is to be for;
 * the real user needs the verb `impersonate` on each of them (Kubernetes: `endpoints/filters/impersonation`).
 */
export function impersonate(authorizer: Authorizer): Filter {
  return (next) => async (context) => {
    const wanted = wantedUser(context.request);
    if (wanted === undefined) return next(context);
    for (const question of questions(context.user, wanted)) {
      const { decision, reason } = await authorizer.authorize(question);
      if (decision !== 'allow') throw refusal(question, reason);
    }
    const user = become(wanted);
    context.log.debug(
      { auditId: context.auditId, user: context.user.name, actingAs: user.name },
      'impersonation',
    );
    context.user = user;
    for (const header of Object.keys(context.request.headers)) {
      if (header.startsWith('impersonate-')) delete context.request.headers[header];
    }
    return next(context);
  };
}

function wantedUser({ headers, rawHeaders }: HttpRequest): Wanted | undefined {
  const wanted: Wanted = {
    user: first(headers, 'impersonate-user'),
    uid: first(headers, 'impersonate-uid'),
    groups: [],
    extra: {},
  };
  let asked = wanted.user !== '' || wanted.uid !== '';
  for (const header in headers) {
    if (!header.startsWith('impersonate-')) continue;
    asked = true;
    // Node joins repeated headers with a comma, which a group's name may hold too: take the single lines.
    if (header === 'impersonate-group') wanted.groups = lines(rawHeaders, header);
    else if (header.startsWith(extraPrefix)) {
      wanted.extra[extraKey(header.slice(extraPrefix.length))] = lines(rawHeaders, header);
    }
  }
  if (!asked) return undefined;
  if (wanted.user === '') {
    const what = [...wanted.groups, wanted.uid, ...Object.keys(wanted.extra)].filter((value) => value !== '');
    throw new StatusError(500, 'InternalError', `requested [${what.join(' ')}] without impersonating a user`);
  }
  return wanted;
}

function first(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function lines(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

/** Keys are percent-encoded where they have characters that headers cannot. */
function extraKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded).toLowerCase();
  } catch {
    return encoded.toLowerCase();
  }
}

function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(serviceAccountPrefix)) return undefined;
  const [namespace, name, ...rest] = user.slice(serviceAccountPrefix.length).split(':');
  if (namespace === undefined || namespace === '' || name === undefined || name === '' || rest.length > 0) {
    return undefined;
  }
  return { namespace, name };
}

function* questions(user: UserInfo, wanted: Wanted): Generator<AuthorizationAttributes> {
  const question = {
    user,
    verb: 'impersonate',
    isResourceRequest: true,
    namespace: '',
    apiGroup: '',
    apiVersion: '',
    subresource: '',
    path: '',
  };
  const account = serviceAccountOf(wanted.user);
  yield account === undefined
    ? { ...question, apiVersion: 'v1', resource: 'users', name: wanted.user }
    : { ...question, apiVersion: 'v1', resource: 'serviceaccounts', ...account };
  for (const name of wanted.groups) yield { ...question, apiVersion: 'v1', resource: 'groups', name };
  const authentication = { ...question, apiGroup: 'authentication.k8s.io', apiVersion: 'v1' };
  for (const [subresource, values] of Object.entries(wanted.extra)) {
    for (const name of values) yield { ...authentication, resource: 'userextras', subresource, name };
  }
  if (wanted.uid !== '') yield { ...authentication, resource: 'uids', name: wanted.uid };
}

function become({ user, uid, groups: named, extra }: Wanted): UserInfo {
  const groups = [...named];
  const account = serviceAccountOf(user);
  if (named.length === 0 && account !== undefined) {
    groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`);
  }
  if (user === anonymousUser) {
    if (!groups.includes(unauthenticatedGroup)) groups.push(unauthenticatedGroup);
  } else if (!groups.includes(authenticatedGroup) && !groups.includes(unauthenticatedGroup)) {
    groups.push(authenticatedGroup);
  }
  return {
    name: user,
    ...(uid === '' ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
