/** `npm run check`: everything that needs no server, each step with its time; the first failure ends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'oxfmt', '--check', '.'],
  ['lint', 'oxlint', '--deny-warnings', '.'],
  ['boundaries', process.execPath, 'scripts/boundaries.ts'],
  ['types', 'tsc', '-p', 'tsconfig.json'],
  ['unused code', 'knip'],
  ['comments', process.execPath, 'scripts/doc-comments.ts'],
  ['generated files', process.execPath, 'scripts/generate.ts', '--check'],
  ['specifications', process.execPath, 'scripts/check-specs.ts'],
  ['unit tests', process.execPath, 'scripts/test.ts', 'unit'],
];

for (const [name, command, ...args] of steps) {
  const startedMs = performance.now();
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (code !== 0) {
    console.error(`✖ ${name} (${seconds} s)`);
    process.exit(code ?? 1);
  }
  console.log(`✔ ${name} (${seconds} s)`);
}
