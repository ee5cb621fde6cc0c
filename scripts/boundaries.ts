/**
 * Checks who imports whom against `.dependency-cruiser.cjs`. A tool that sees no files finds no violations, so it must
 * also have seen every source file, and a violation planted in a small copy of the house must be found.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { findFiles } from './find-files.ts';

const rooms = ['k8s-proto', 'shim', 'apiserver-lite', 'controllers', 'pg8s', 'test-e2e'];
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

/** The smallest house with one window open: k8s-proto reaches into the shim, and mvcc into the driver. */
async function plant(folder: string): Promise<void> {
  const files: Record<string, string> = {
    'k8s-proto/src/planted.ts':
      "import type { Planted } from '@pg8s/shim/mvcc/planted';\nexport type Again = Planted;\n",
    'shim/src/mvcc/planted.ts': "import { Client } from 'pg';\nexport class Planted extends Client {}\n",
    'shim/package.json': await readFile(join(root, 'shim/package.json'), 'utf8'),
  };
  for (const room of rooms) await mkdir(join(folder, room), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await mkdir(join(folder, 'node_modules/@pg8s'), { recursive: true });
  await symlink(join(folder, 'shim'), join(folder, 'node_modules/@pg8s/shim'));
  await symlink(join(root, 'node_modules/pg'), join(folder, 'node_modules/pg'));
}

const folder = await mkdtemp(join(tmpdir(), 'pg8s-boundaries-'));
try {
  await plant(folder);
  const found = new Set((await check(folder)).summary.violations.map((violation) => violation.rule.name));
  for (const rule of ['k8s-proto-uses-only-itself', 'only-postgres-imports-the-driver']) {
    if (!found.has(rule))
      throw new Error(`the planted violation of ${rule} was not found: the check sees nothing`);
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
