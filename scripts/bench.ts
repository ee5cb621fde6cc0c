/**
 * `npm run bench [-- --quick] [NAME…]`: runs every `bench/*.bench.ts` (or NAME.bench.ts; where there is no
 * such file, those whose path contains NAME), one after the other, each in a process of its own; `--quick`
 * makes the longest of them shorter. Figures of one run are comparable with each other, not with those of
 * another machine or another day.
 */
import { findFiles } from './find-files.ts';
import { runProgram } from './run-program.ts';
import { withPostgres } from './with-postgres.ts';

const args = process.argv.slice(2);
const quick = args.includes('--quick') ? { PG8S_BENCH_QUICK: '1' } : {};
const wanted = args.filter((arg) => arg !== '--quick');
const all = await findFiles('.', ['.bench.ts']);
const named = wanted.flatMap((name) => {
  const exactly = all.filter((file) => file.endsWith(`/${name}.bench.ts`));
  return exactly.length > 0 ? exactly : all.filter((file) => file.includes(name));
});
const files = wanted.length === 0 ? all : all.filter((file) => named.includes(file));
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
