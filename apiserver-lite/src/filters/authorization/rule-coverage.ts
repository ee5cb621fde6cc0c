import type { PolicyRule } from './rbac-objects.ts';

/** What of `wanted` nobody who has only `owned` may do; empty where all is covered (Kubernetes: `validation/policy_comparator.go`). */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing: PolicyRule[] = [];
  for (const rule of wanted) {
    for (const atom of atomsOf(rule)) {
      const verbs = rule.verbs.filter((verb) => !owned.some((own) => covers(own, atom, verb)));
      if (verbs.length > 0) missing.push({ ...atom, verbs });
    }
  }
  return missing;
}

type Atom = Omit<PolicyRule, 'verbs'>;

/** A rule for each single group, resource, name and path of it. */
function* atomsOf({
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): Generator<Atom> {
  for (const group of apiGroups) {
    for (const resource of resources) {
      const atom = { apiGroups: [group], resources: [resource] };
      if (resourceNames.length === 0) yield atom;
      for (const name of resourceNames) yield { ...atom, resourceNames: [name] };
    }
  }
  for (const url of nonResourceURLs) yield { nonResourceURLs: [url] };
}

function covers(own: PolicyRule, atom: Atom, verb: string): boolean {
  if (!has(own.verbs, verb)) return false;
  const [url] = atom.nonResourceURLs ?? [];
  if (url !== undefined) return (own.nonResourceURLs ?? []).some((pattern) => coversUrl(pattern, url));
  const [group = ''] = atom.apiGroups ?? [];
  const [resource = ''] = atom.resources ?? [];
  const [name] = atom.resourceNames ?? [];
  const ownNames = own.resourceNames ?? [];
  return (
    has(own.apiGroups, group) &&
    coversResource(own.resources ?? [], resource) &&
    (ownNames.length === 0 || (name !== undefined && ownNames.includes(name)))
  );
}

function has(list: readonly string[] = [], item: string): boolean {
  return list.includes('*') || list.includes(item);
}

function coversResource(own: readonly string[], resource: string): boolean {
  if (has(own, resource)) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && own.includes(`*${resource.slice(slash)}`);
}

function coversUrl(pattern: string, url: string): boolean {
  if (pattern === url || pattern === '*') return true;
  return pattern.endsWith('*') && url.startsWith(pattern.slice(0, -1));
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}` */
export function ruleText({
  apiGroups,
  resources,
  nonResourceURLs,
  resourceNames,
  verbs,
}: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  const shown = parts
    .filter(([, values]) => values !== undefined && values.length > 0)
    .map(([name, values]) => `${name}:${quotedList(values ?? [])}`);
  return `{${shown.join(', ')}}`;
}

/** A list of strings as Go's `%q` writes it. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
