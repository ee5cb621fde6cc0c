/**
 * Writes the tables under `src/generated/` from a folder of facts about a Kubernetes release:
 *
 *     npm run generate -- PATH_OF_FACTS            writes them
 *     npm run generate -- PATH_OF_FACTS --check    exits 1 where the tables in the tree are stale
 *
 * PATH_OF_FACTS holds `wire.json`, `resources.json` and `openapi-v2.json` (and `golden/`, whose file names
 * tell which messages are kinds). The same facts always give the same bytes.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kindTypes, models } from './models.ts';
import type { OpenApiFacts } from './openapi-facts.ts';
import { resourceTable } from './resource-table.ts';
import type { ResourceFacts } from './resource-table.ts';
import { schemaTable } from './schema-table.ts';
import { addStorageForms } from './storage-forms.ts';
import type { WireFacts } from './schema-table.ts';

const outputFolder = join(import.meta.dirname, '../src/generated');

function readFacts(folder: string): ReadonlyMap<string, string> {
  const wire = addStorageForms(JSON.parse(readFileSync(join(folder, 'wire.json'), 'utf8')) as WireFacts);
  const resources = JSON.parse(readFileSync(join(folder, 'resources.json'), 'utf8')) as ResourceFacts;
  const openApi = JSON.parse(readFileSync(join(folder, 'openapi-v2.json'), 'utf8')) as OpenApiFacts;
  const goldenKinds = readdirSync(join(folder, 'golden'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return new Map([
    ['schema.json', schemaTable(wire, openApi)],
    ['resources.json', resourceTable(resources, wire, goldenKinds)],
    ['models.ts', models(openApi)],
    ['kinds.ts', kindTypes(resources, openApi)],
  ]);
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(join(outputFolder, file), 'utf8');
  } catch {
    return undefined;
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const folder = positionals[0];
if (folder === undefined || positionals.length > 1) {
  console.error('usage: npm run generate -- PATH_OF_FACTS [--check]');
  process.exit(2);
}
const tables = readFacts(folder);
if (values.check) {
  const stale = [...tables].filter(([file, text]) => currentText(file) !== text).map(([file]) => file);
  for (const file of stale) console.error(`k8s-proto/src/generated/${file} is stale: run npm run generate`);
  process.exit(stale.length === 0 ? 0 : 1);
}
mkdirSync(outputFolder, { recursive: true });
for (const [file, text] of tables) {
  writeFileSync(join(outputFolder, file), text);
  console.log(`k8s-proto/src/generated/${file}: ${text.length} bytes`);
}
