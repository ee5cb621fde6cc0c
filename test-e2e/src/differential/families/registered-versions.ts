import type { Ask, Family } from '../family.ts';
import { cleaned } from './cleaned.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };
const group = 'registered.example.com';
const waitMs = 50;
const attempts = 400;

function definition(plural: string, versions: readonly string[]): object {
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind: 'Same' },
      versions: versions.map((name) => ({
        name,
        served: name !== 'v3',
        storage: name === 'v1',
        schema: { openAPIV3Schema: { type: 'object' } },
      })),
    },
  };
}

async function until(ask: Ask, path: string, wanted: number): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if ((await ask.silently({ path })).code === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** What is discovered of the groups of this family, and what is registered. */
async function show(ask: Ask, title: string, of: string): Promise<void> {
  const read = async (path: string, headers = {}) => {
    const { code, body } = await ask.silently({ path, headers });
    const text = cleaned(body.toString(), []);
    return { code, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : text };
  };
  const ofGroup = (list: unknown) => JSON.stringify(list).includes(of);
  const legacy = (await read('/apis')).body as { groups: object[] };
  const whole = (await read('/apis', aggregated)).body as { items: object[] };
  const registered = (await read(apiServices)).body as { items: object[] };
  ask.show(title, {
    legacy: legacy.groups.filter(ofGroup),
    aggregated: whole.items.filter(ofGroup),
    group: await read(`/apis/${of}`),
    versions: await Promise.all(['v1', 'v2', 'v3'].map((version) => read(`/apis/${of}/${version}`))),
    registered: registered.items.filter(ofGroup),
  });
}

/** APIServices of versions that nothing is behind, and what is discovered of them. */
export const registeredVersions: Family = {
  name: 'registered versions',
  async run(ask) {
    const service = (version: string) => `${apiServices}/${version}.${group}`;
    await ask.silently({ path: definitions, body: definition('firsts', ['v1', 'v3']) });
    await until(ask, `/apis/${group}/v1/firsts`, 200);
    await until(ask, service('v1'), 200);
    await show(ask, 'of a definition', group);
    await ask.silently({ path: definitions, body: definition('seconds', ['v1', 'v2', 'v3']) });
    await until(ask, service('v2'), 200);
    await show(ask, 'of another one whose kind is taken', group);
    await ask.silently({ method: 'DELETE', path: `${definitions}/firsts.${group}` });
    await until(ask, `/apis/${group}/v2/seconds`, 200);
    await show(ask, 'of the other one alone', group);
    await ask.silently({ method: 'DELETE', path: `${definitions}/seconds.${group}` });
    await until(ask, service('v1'), 404);
    await until(ask, service('v2'), 404);
    await show(ask, 'of none', group);

    const own = 'local.example.com';
    const spec = { group: own, version: 'v1', groupPriorityMinimum: 10, versionPriority: 10 };
    await ask.silently({ path: apiServices, body: { metadata: { name: `v1.${own}` }, spec } });
    await until(ask, `/apis/${own}`, 200);
    await show(ask, 'that somebody made', own);
    await ask.silently({ method: 'DELETE', path: `${apiServices}/v1.${own}` });
    await until(ask, `/apis/${own}`, 404);
    await show(ask, 'that somebody made and deleted', own);
  },
};
