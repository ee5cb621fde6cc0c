/**
 * Writes the table of the roles and bindings that a stock cluster starts with:
 *
 *     # of a fresh kube-apiserver with nothing beside it
 *     kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o json > FILE
 *     node scripts/node.js scripts/bootstrap-policy.ts FILE
 */
import { readFile, writeFile } from 'node:fs/promises';

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

interface Item {
  kind: 'ClusterRole' | 'ClusterRoleBinding' | 'Role' | 'RoleBinding';
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  rules?: Rule[] | null;
  aggregationRule?: { clusterRoleSelectors: { matchLabels: Record<string, string> }[] };
  roleRef?: { name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: bootstrap-policy.ts FILE');
const { items } = JSON.parse(await readFile(file, 'utf8')) as { items: Item[] };

const words = (list: readonly string[] = []): string => list.map((word) => word || 'core').join(' ');

function ruleRow({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): object {
  if (nonResourceURLs !== undefined) return { verbs: words(verbs), paths: words(nonResourceURLs) };
  return {
    verbs: words(verbs),
    groups: words(apiGroups),
    resources: words(resources),
    ...(resourceNames === undefined ? {} : { names: words(resourceNames) }),
  };
}

function row({ metadata, rules, aggregationRule, roleRef, subjects }: Item): object {
  const { 'kubernetes.io/bootstrapping': _, ...labels } = metadata.labels ?? {};
  return {
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(roleRef === undefined ? {} : { role: roleRef.name }),
    ...(subjects === undefined
      ? {}
      : {
          subjects: subjects.map(({ kind, namespace, name }) =>
            namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
          ),
        }),
    ...(aggregationRule === undefined
      ? roleRef === undefined && { rules: (rules ?? []).map((rule) => ruleRow(rule)) }
      : { aggregates: aggregationRule.clusterRoleSelectors[0]?.matchLabels }),
  };
}

const kinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const;
const sections = kinds.map((kind) => {
  const rows = items.filter((item) => item.kind === kind).map((item) => JSON.stringify(row(item)));
  return `${JSON.stringify(kind)}: [\n${rows.join(',\n')}\n]`;
});
const target = new URL('../apiserver-lite/src/bootstrap/rbac-policy/generated/policy.json', import.meta.url);
await writeFile(target, `{\n${sections.join(',\n')}\n}\n`);
