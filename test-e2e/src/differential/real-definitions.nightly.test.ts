/**
 * Definitions as well-known projects ship them, created in pg8s and in a stock kube-apiserver: established,
 * published for `kubectl explain`, and their objects taken or refused alike.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { compareWithStock, comparisonTimeoutMs } from './compare-with-stock.ts';
import type { Ask, Family } from './family.ts';
import { namespace } from './places.ts';
import { realProjects, sampleOf, type RealDefinition, type RealProject } from './real-definitions.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const preparation: Family = {
  name: 'preparation',
  async run(ask) {
    await ask('create the namespace', {
      path: '/api/v1/namespaces',
      body: { metadata: { name: namespace } },
    });
  },
};

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not after 30 s: ${what}`);
}

async function askOf(ask: Ask, { metadata: { name }, spec }: RealDefinition): Promise<void> {
  const { group, scope, names } = spec;
  for (const version of spec.versions) {
    if (!version.served) continue;
    const inNamespace = scope === 'Namespaced' ? `/namespaces/${namespace}` : '';
    const collection = `/apis/${group}/${version.name}${inNamespace}/${names.plural}`;
    const head = { apiVersion: `${group}/${version.name}`, kind: names.kind, metadata: { name: 'sample' } };
    const sample = sampleOf(version.schema?.openAPIV3Schema) as object;
    for (const [what, body] of [
      ['nothing', head],
      ['an empty spec', { ...head, spec: {} }],
      ['a spec that is none', { ...head, spec: 'x' }],
      ['what is required', { ...sample, ...head }],
      ['what nobody knows', { ...head, spec: { nobody: { knows: 1 } } }],
    ] as const) {
      await ask(`${name} ${version.name}: ${what}`, {
        path: `${collection}?dryRun=All&fieldManager=test`,
        body,
      });
    }
    await ask(`${name} ${version.name}: table`, {
      path: collection,
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
  }
}

function familyOf({ project, definitions }: RealProject): Family {
  return {
    name: `definitions of ${project}`,
    async run(ask) {
      for (const definition of definitions) {
        const { name } = definition.metadata;
        await ask(`create ${name}`, { path: `${path}?fieldManager=test`, body: definition });
        await until(`${name} is established`, async () => {
          const { body } = await ask.silently({ path: `${path}/${name}` });
          return body.toString().includes('"InitialNamesAccepted"');
        });
      }
      // A stock server takes its time with what was just established.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const groups = new Set(
        definitions.flatMap(({ spec: { group, versions } }) =>
          versions.flatMap(({ name, served }) => (served ? [`${group}/${name}`] : [])),
        ),
      );
      for (const group of groups) {
        // A stock server lists them in the order of a Go map.
        const { body } = await ask.silently({ path: `/apis/${group}` });
        const { resources } = JSON.parse(body.toString()) as { resources: { name: string }[] };
        ask.show(`resources of ${group}`, {
          resources: resources.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        });
        await until(`${group} is published`, async () =>
          (await ask.silently({ path: '/openapi/v3' })).body.toString().includes(`"apis/${group}"`),
        );
        await ask(`OpenAPI of ${group}`, { path: `/openapi/v3/apis/${group}` });
      }
      for (const definition of definitions) await askOf(ask, definition);
      for (const { metadata } of definitions) {
        await ask.silently({ method: 'DELETE', path: `${path}/${metadata.name}` });
      }
    },
  };
}

test('real definitions are served as by a stock server', { timeout: comparisonTimeoutMs }, async (t) => {
  const found = await realProjects();
  if (found.missing !== undefined) return t.skip(found.missing);
  const wanted = new RegExp(process.env['PG8S_DIFFERENTIAL'] ?? '');
  const families = found.projects.filter(({ project }) => wanted.test(project)).map(familyOf);
  const compared = await compareWithStock([preparation, ...families]);
  if (compared.missing !== undefined) return t.skip(compared.missing);
  const file = process.env['PG8S_DIFFERENTIAL_REPORT'];
  if (file !== undefined) await writeFile(file, compared.report);
  assert.equal(compared.report, '');
});
