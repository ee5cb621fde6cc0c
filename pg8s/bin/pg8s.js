#!/usr/bin/env node
// Node 24 runs the TypeScript sources as they are. An older one hands over to the Node that was installed with pg8s
// (npx and npm scripts find that one by themselves; this is for whoever calls the file directly).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestMajor = 24;

/** Looks for `node_modules/.bin/node` from here upwards. */
function pinnedNode() {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

const node = pinnedNode();
if (Number(process.versions.node.split('.')[0]) >= oldestMajor) {
  // Keeps what was compiled for the next start.
  module.enableCompileCache?.();
  const { main } = await import('../src/cli.ts');
  process.exitCode = await main(process.argv);
} else if (node === undefined || process.env.PG8S_RELAUNCHED !== undefined) {
  console.error(
    `pg8s: needs Node ${oldestMajor} or later, this is ${process.versions.node}: run "npm ci" first`,
  );
  process.exitCode = 1;
} else {
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, PG8S_RELAUNCHED: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}
