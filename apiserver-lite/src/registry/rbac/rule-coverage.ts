import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** A rule of a Role, as JSON has it. */
export interface PolicyRule {
  verbs?: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** One permission: a verb on one resource (and name), or on one path. */
interface Permission {
  verb: string;
  apiGroup?: string;
  resource?: string;
  resourceName?: string;
  url?: string;
}

function* permissionsOf(rule: PolicyRule): Generator<Permission> {
  for (const verb of rule.verbs ?? []) {
    for (const url of rule.nonResourceURLs ?? []) yield { verb, url };
    for (const apiGroup of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const names = rule.resourceNames ?? [];
        if (names.length === 0) yield { verb, apiGroup, resource };
        else for (const resourceName of names) yield { verb, apiGroup, resource, resourceName };
      }
    }
  }
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

function coversUrl(urls: readonly string[] = [], wanted: string): boolean {
  return urls.some((url) => url === wanted || (url.endsWith('*') && wanted.startsWith(url.slice(0, -1))));
}

function coversResource(resources: readonly string[] | undefined, wanted: string): boolean {
  if (has(resources, wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && resources?.includes(`*${wanted.slice(slash)}`) === true;
}

function covers(rule: PolicyRule, wanted: Permission): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (wanted.url !== undefined) return coversUrl(rule.nonResourceURLs, wanted.url);
  const names = rule.resourceNames ?? [];
  const named =
    names.length === 0 || (wanted.resourceName !== undefined && names.includes(wanted.resourceName));
  return (
    named &&
    has(rule.apiGroups, wanted.apiGroup ?? '') &&
    coversResource(rule.resources, wanted.resource ?? '')
  );
}

const quoted = (list: readonly string[]) => `[${list.map((item) => goQuote(item)).join(' ')}]`;

/**
 * What `wanted` grants and `held` does not, a rule a line and verbs together: `{APIGroups:["apps"],
 * Resources:["deployments"], Verbs:["get" "list"]}` (Kubernetes: `rbac/validation.Covers`).
 */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const permission of wanted.flatMap((rule) => [...permissionsOf(rule)])) {
    if (held.some((rule) => covers(rule, permission))) continue;
    const { verb, apiGroup, resource, resourceName, url } = permission;
    const subject = [
      apiGroup === undefined ? '' : `APIGroups:${quoted([apiGroup])}`,
      resource === undefined ? '' : `Resources:${quoted([resource])}`,
      // Only permissions of resources are put together.
      url === undefined ? '' : `NonResourceURLs:${quoted([url])}, Verbs:${quoted([verb])}`,
      resourceName === undefined ? '' : `ResourceNames:${quoted([resourceName])}`,
    ]
      .filter((part) => part !== '')
      .join(', ');
    const list = verbs.get(subject) ?? [];
    if (!list.includes(verb)) list.push(verb);
    verbs.set(subject, list);
  }
  return [...verbs]
    .map(([subject, list]) =>
      subject.startsWith('NonResourceURLs:') ? `{${subject}}` : `{${subject}, Verbs:${quoted(list)}}`,
    )
    .sort();
}
