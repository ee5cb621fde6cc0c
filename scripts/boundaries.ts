/**
 * Checks imports against `.dependency-cruiser.cjs`. A tool that sees no files finds no violations, so it must
 * also have seen every source file, and violations planted in a small copy of the workspace must be found.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { findFiles } from './find-files.ts';

const rooms = ['k8s-proto', 'cel', 'shim', 'apiserver-lite', 'controllers', 'pg8s', 'test-e2e'];
const root = resolve(import.meta.dirname, '..');

interface RuleFile extends Record<string, unknown> {
  options: ICruiseOptions;
}

async function check(baseDir: string): Promise<ICruiseResult> {
  const { options, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as RuleFile;
  const { enhancedResolveOptions, ...rest } = options;
  process.chdir(baseDir);
  const result = await cruise(
    rooms,
    { ...rest, baseDir, ruleSet, validate: true },
    enhancedResolveOptions ?? {},
  );
  if (typeof result.output === 'string') throw new Error(`unexpected output: ${result.output}`);
  return result.output;
}

/** A small copy of the workspace in which each file breaks the rules that it is listed with. */
const planted: readonly { path: string; content: string; rules: readonly string[] }[] = [
  {
    path: 'k8s-proto/src/planted.ts',
    content: "import type { Planted } from '@pg8s/shim/mvcc/planted';\nexport type Again = Planted;\n",
    rules: ['k8s-proto-uses-only-itself'],
  },
  {
    path: 'cel/src/planted.ts',
    content: "import type { Planted } from '@pg8s/shim/mvcc/planted';\nexport type Again = Planted;\n",
    rules: ['cel-uses-only-k8s-proto'],
  },
  {
    path: 'cel/src/planted-kinds.ts',
    content: "import type { Kinds } from '@pg8s/k8s-proto/scheme';\nexport type Again = Kinds;\n",
    rules: ['cel-uses-only-quantities-and-formats-of-k8s-proto'],
  },
  ...['mvcc', 'lease', 'auth', 'alarm', 'snapshot'].map((domain) => ({
    path: `shim/src/${domain}/planted.ts`,
    content: "import { Client } from 'pg';\nexport class Planted extends Client {}\n",
    rules: ['only-postgres-imports-the-driver', 'domains-use-no-sql-and-no-grpc'],
  })),
  {
    path: 'shim/src/alarm/planted-service.ts',
    content: "import type { Service } from '../rpc/planted.ts';\nexport type Again = Service;\n",
    rules: ['domains-use-no-sql-and-no-grpc'],
  },
  {
    path: 'shim/src/rpc/planted.ts',
    content: "import { Row } from '../postgres/planted.ts';\nexport interface Service { row: typeof Row }\n",
    rules: ['rpc-knows-no-sql'],
  },
  {
    path: 'shim/src/postgres/planted.ts',
    content: "import type { Services } from '../stages/planted.ts';\nexport const Row = {} as Services;\n",
    rules: ['postgres-only-implements-the-ports'],
  },
  { path: 'shim/src/stages/planted.ts', content: 'export interface Services { row: string }\n', rules: [] },
  {
    path: 'shim/src/gateway/first.ts',
    content: "import type { Second } from './second.ts';\nexport interface First { second: Second }\n",
    rules: ['no-cycles'],
  },
  {
    path: 'shim/src/gateway/second.ts',
    content: "import type { First } from './first.ts';\nexport interface Second { first: First }\n",
    // The circle is reported once, with its first file.
    rules: [],
  },
  {
    path: 'controllers/src/scheduler/framework/planted.ts',
    content: "import type { Plugin } from '../plugins/one/planted.ts';\nexport type Again = Plugin;\n",
    rules: ['scheduler-framework-and-queue-use-no-plugin'],
  },
  {
    path: 'controllers/src/scheduler/plugins/one/planted.ts',
    content: "import type { Other } from '../other/planted.ts';\nexport type Plugin = Other;\n",
    rules: ['scheduler-plugins-use-no-other-plugin'],
  },
  {
    path: 'controllers/src/scheduler/plugins/other/planted.ts',
    content: 'export type Other = string;\n',
    rules: [],
  },
  // Each room of the API server reaches for one above it.
  ...(
    [
      ['json', 'http'],
      ['api-errors', 'http'],
      ['http', 'server'],
      ['selectors', 'endpoints'],
      ['flow-control', 'filters'],
      ['storage', 'registry'],
      ['metrics', 'registry'],
      ['authentication', 'authorization'],
      ['authorization', 'endpoints'],
      ['admission', 'endpoints'],
      ['registry', 'endpoints'],
      ['registry', 'admission'],
      ['impersonation', 'filters'],
      ['endpoints', 'filters'],
      ['discovery', 'openapi'],
      ['openapi', 'bootstrap'],
      ['bootstrap', 'endpoints'],
      ['filters', 'endpoints'],
      ['server', 'filters'],
      ['flags', 'stages'],
    ] as const
  ).flatMap(([from, to]) => [
    {
      path: `apiserver-lite/src/${from}/planted-${to}.ts`,
      content: `import type { Above } from '../${to}/planted.ts';\nexport type Again = Above;\n`,
      rules: [`apiserver-${from}-uses-only-what-is-below`],
    },
    { path: `apiserver-lite/src/${to}/planted.ts`, content: 'export type Above = string;\n', rules: [] },
  ]),
  ...['endpoints', 'storage'].map((room) => ({
    path: `apiserver-lite/src/${room}/planted-table.ts`,
    content: "import type { Kinds } from '@pg8s/k8s-proto/scheme';\nexport type Again = Kinds;\n",
    rules: ['endpoints-and-storage-look-up-no-built-in-kinds'],
  })),
  {
    path: 'apiserver-lite/src/endpoints/planted-defaults.ts',
    content:
      "import type { Defaults } from '../registry/defaults/planted.ts';\nexport type Again = Defaults;\n",
    rules: ['endpoints-and-storage-look-up-no-built-in-kinds'],
  },
  {
    path: 'apiserver-lite/src/registry/defaults/planted.ts',
    content: 'export type Defaults = string;\n',
    rules: [],
  },
  { path: 'k8s-proto/src/scheme.ts', content: 'export type Kinds = string;\n', rules: [] },
];

async function plant(folder: string): Promise<void> {
  for (const room of rooms) await mkdir(join(folder, room), { recursive: true });
  const manifests = await Promise.all(
    ['shim', 'k8s-proto'].map(async (room) => ({
      path: `${room}/package.json`,
      content: await readFile(join(root, room, 'package.json'), 'utf8'),
    })),
  );
  for (const { path, content } of [...planted, ...manifests]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await mkdir(join(folder, 'node_modules/@pg8s'), { recursive: true });
  for (const room of ['shim', 'k8s-proto'])
    await symlink(join(folder, room), join(folder, 'node_modules/@pg8s', room));
  await symlink(join(root, 'node_modules/pg'), join(folder, 'node_modules/pg'));
}

const folder = await mkdtemp(join(tmpdir(), 'pg8s-boundaries-'));
try {
  await plant(folder);
  const { violations } = (await check(folder)).summary;
  const found = new Set(violations.map(({ from, rule }) => `${rule.name} in ${from}`));
  for (const { path, rules } of planted) {
    for (const rule of rules) {
      if (!found.has(`${rule} in ${path}`))
        throw new Error(`the planted violation of ${rule} in ${path} was not found: the check sees nothing`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const { modules, summary } = await check(root);
const seen = new Set(modules.map((module) => module.source));
const sources = (await Promise.all(rooms.map((room) => findFiles(room, ['.ts'])))).flat();
const missed = sources.filter((source) => !seen.has(source));
if (missed.length > 0) throw new Error(`not seen: ${missed.join(', ')}`);
for (const { rule, from, to } of summary.violations)
  console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(`${sources.length} files, ${summary.violations.length} violations`);
if (summary.violations.length > 0) process.exitCode = 1;
