/**
 * `npm run generate -- FOLDER [--check]`: makes every generated table from a folder of facts about the API (see
 * CONTRIBUTING.md), or with --check only says which are stale. Without FOLDER: where `factsFolder` finds it; `--check`
 * without any facts passes, and says so.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generate as generateCompatibility } from '../apiserver-lite/generate/compatibility.ts';
import { generate as generateOpenapi } from '../apiserver-lite/generate/openapi-schemas.ts';
import { factsFolder } from '../k8s-proto/src/testing/facts-folder.ts';
import { runProgram } from './run-program.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const found = factsFolder();
const folder = positionals[0] ?? (existsSync(found) ? found : undefined);

if (folder === undefined) {
  console.log('no folder of facts: usage: npm run generate -- FOLDER [--check]');
  process.exitCode = values.check ? 0 : 2;
} else {
  const flags = values.check ? ['--check'] : [];
  for (const generator of ['k8s-proto/generate/generate.ts', 'controllers/generate/pod-template-types.ts']) {
    const code = await runProgram(process.execPath, [generator, folder, ...flags], process.env);
    if (code !== 0) process.exitCode = code;
  }
  await generateOpenapi(folder, { check: values.check });
}
// After the tables that it tells of; it needs no facts.
await generateCompatibility({ check: values.check });
