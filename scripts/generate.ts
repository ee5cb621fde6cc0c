/**
 * `npm run generate -- [FOLDER] [--check]`: makes every generated table from the facts about the API in
 * `k8s-proto/facts`, or with --check only says which are stale. With FOLDER the facts are taken from there
 * first (see `k8s-proto/facts/README.md`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generate as generateControllers } from '../controllers/generate/controllers-page.ts';
import { generate as generateOpenapi } from '../apiserver-lite/generate/openapi-schemas.ts';
import { generate as generateKindModules } from '../apiserver-lite/generate/kind-modules.ts';
import { packFacts } from '../k8s-proto/generate/pack-facts.ts';
import { factsArchive, factsFolder } from '../k8s-proto/src/testing/facts-folder.ts';
import { runProgram } from './run-program.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});

const [given] = positionals;
if (given !== undefined) {
  const packed = packFacts(given);
  if (!values.check) writeFileSync(factsArchive, packed);
  else if (!packed.equals(readFileSync(factsArchive))) {
    console.error(`${factsArchive} is not made from ${given}`);
    process.exitCode = 1;
  }
}
const folder = factsFolder();
const flags = values.check ? ['--check'] : [];
for (const generator of ['k8s-proto/generate/generate.ts', 'controllers/generate/pod-template-types.ts']) {
  const code = await runProgram(process.execPath, [generator, folder, ...flags], process.env);
  if (code !== 0) process.exitCode = code;
}
await generateOpenapi(folder, { check: values.check });
// These need no facts; the pages tell of the tables and modules that were made before.
await generateKindModules({ check: values.check });
const { generate: generateCompatibility } = await import('../apiserver-lite/generate/compatibility.ts');
await generateCompatibility({ check: values.check });
await generateControllers({ check: values.check });
