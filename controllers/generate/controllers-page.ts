/**
 * Makes `docs/controllers.md` from the rows of the controllers. With `check` it only says whether the page is
 * stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { knownControllers } from '../src/controller-manager/controller-names.ts';
import type { ControllerRow } from '../src/controller-manager/controller-row.ts';
import { controllerTable } from '../src/controller-manager/controller-table.ts';
import { groupResourceOf } from '../src/runtime/client/resource.ts';

const target = new URL('../../docs/controllers.md', import.meta.url);

type Row = Pick<
  ControllerRow<string, object>,
  'name' | 'summary' | 'serviceAccount' | 'workers' | 'resources' | 'flags' | 'isLeaderElected'
>;

/** The page, as it should be. */
function controllersPage(): string {
  const rows: readonly Row[] = controllerTable;
  const present = new Set(rows.map(({ name }) => name));
  const missing = [...knownControllers].filter((name) => !present.has(name)).sort();
  const sorted = rows.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return `# Controllers

The controllers of kube-controller-manager 1.36 that pg8s has. This page is made by \`npm run generate\` from the rows in
\`controllers/src/controller-manager/controller-table.ts\`, and \`npm run check\` fails when it is stale.

- **lists**: the resources that a controller must be able to list before it starts. A resource that cannot be listed keeps
  back only the controllers that need it; the log and the health of the controller manager say which.
- **service account**: the one as which kube-controller-manager runs the controller with
  \`--use-service-account-credentials\`, in \`kube-system\`. Here all controllers share the identity
  \`system:kube-controller-manager\`.
${sorted.every(({ isLeaderElected }) => isLeaderElected) ? '- All of them run in one process at a time, the leader.\n' : ''}
| controller | what it does | workers | flags | lists | service account |
| --- | --- | --- | --- | --- | --- |
${sorted.map(lineOf).join('\n')}

## Not there yet

\`--controllers\` takes these names, but only to disable them: ${missing.map((name) => `\`${name}\``).join(', ')}.

Beside these, the scheduler and simulated kubelets run above the API (docs/architecture.md).
`;
}

function lineOf({ name, summary, serviceAccount, workers, resources, flags }: Row): string {
  const all = ['flag' in workers ? [workers.flag] : [], flags.map((flag) => flag.name)].flat();
  const cells = [
    `\`${name}\``,
    summary,
    String(workers.count),
    all.map((flag) => `\`--${flag}\``).join(' '),
    resources.length === 0 ? 'what discovery shows' : resources.map(groupResourceOf).join(', '),
    `\`${serviceAccount}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Writes the page, or with \`check\` sets the exit code where it is stale. */
export async function generate({ check }: { check: boolean }): Promise<void> {
  const page = controllersPage();
  if (!check) return writeFile(target, page);
  if ((await readFile(target, 'utf8').catch(() => '')) === page) return;
  console.error('docs/controllers.md is stale: npm run generate');
  process.exitCode = 1;
}
