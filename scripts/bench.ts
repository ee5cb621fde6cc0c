/**
 * `npm run bench [-- --quick] [NAME…]`: runs every `bench/*.bench.ts` (or those whose path contains a NAME),
 * one after the other, each in a process of its own; `--quick` makes the longest of them shorter. Figures of
 * one run are comparable with each other, not with those of another machine or another day.
 */
import { findFiles } from './find-files.ts';
import { runProgram } from './run-program.ts';
import { withPostgres } from './with-postgres.ts';

const args = process.argv.slice(2);
const quick = args.includes('--quick') ? { PG8S_BENCH_QUICK: '1' } : {};
const wanted = args.filter((arg) => arg !== '--quick');
const files = (await findFiles('.', ['.bench.ts'])).filter(
  (file) => wanted.length === 0 || wanted.some((name) => file.includes(name)),
);
if (files.length === 0) {
  console.error(`no bench matches ${wanted.join(' ')}`);
  process.exitCode = 1;
} else {
  process.exitCode = await withPostgres(async (env) => {
    let worst = 0;
    for (const file of files)
      worst = Math.max(worst, await runProgram(process.execPath, [file], { ...env, ...quick }));
    return worst;
  });
}
