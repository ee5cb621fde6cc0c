import { startConversionWebhook } from '../conversion-webhook.ts';
import type { Ask, Family } from '../family.ts';
import { type MetricSeries, readMetrics } from '../metrics-text.ts';
import { namespace } from '../places.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'counted.example.com';
const merge = { 'content-type': 'application/merge-patch+json' };
const waitMs = 100;
const attempts = 300;

const pathOf = (version: string) => `/apis/${group}/${version}/namespaces/${namespace}/coins`;

function versionOf(name: string): object {
  const text = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != "bad"' }] };
  const properties = { spec: { type: 'object', properties: { text, words: text } } };
  return {
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', properties } },
  };
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** A webhook that has gone is still asked, by each server at its own times. */
const isAnswered = ({ labels }: MetricSeries) => labels['failure_type'] !== 'conversion_webhook_call_failure';

const isOurs = ({ labels }: MetricSeries) => Object.values(labels).some((value) => value.includes(group));

/** The names of series, with their labels: how often each is counted depends on what is asked together. */
async function show(ask: Ask): Promise<void> {
  const { body } = await ask.silently({ path: '/metrics' });
  for (const [name, { type, help, buckets, series }] of readMetrics(body.toString())) {
    const isCalls = name.startsWith('apiserver_conversion_webhook_');
    if (!isCalls && !/^apiextensions_|^apiserver_(cel|crd)_/.test(name)) continue;
    const own = series.filter((each) =>
      isCalls ? isAnswered(each) : isOurs(each) || Object.keys(each.labels).length === 0,
    );
    const labels = [
      ...new Set(own.map((each) => JSON.stringify(Object.entries(each.labels).toSorted()))),
    ].toSorted();
    ask.show(name, {
      type,
      help,
      buckets: buckets ?? [],
      labels,
      isCounted: own.some(({ value }) => value > 0),
    });
  }
}

/** What definitions, their expressions and conversions by a webhook count. */
export const customMetrics: Family = {
  name: 'metrics of custom resources',
  async run(ask) {
    const webhook = await startConversionWebhook();
    const send = (name: string, version: string, spec: object, query = '') =>
      ask.silently({
        path: `${pathOf(version)}${query}`,
        body: { apiVersion: `${group}/${version}`, kind: 'Coin', metadata: { name }, spec },
      });
    try {
      await ask.silently({
        path: definitions,
        body: {
          metadata: { name: `coins.${group}` },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'coins', kind: 'Coin' },
            versions: [versionOf('v1'), versionOf('v2')],
            conversion: webhook.conversion,
          },
        },
      });
      await until(async () => (await send('a', 'v1', { text: 'hi' })).code === 201);
      await ask.silently({ path: `${pathOf('v2')}/a` });
      await send('b', 'v2', { words: 'hi' });
      await send('c', 'v1', { text: 'bad' });
      await ask.silently({
        method: 'PATCH',
        path: `${pathOf('v2')}/a`,
        headers: merge,
        body: { spec: { words: 'more' } },
      });
      webhook.refuses = () => true;
      await send('d', 'v2', { words: 'refused' });
      webhook.refuses = undefined;
      await ask.silently({
        method: 'PATCH',
        path: `${definitions}/coins.${group}`,
        headers: merge,
        body: { spec: { names: { shortNames: ['cn'] } } },
      });
      await until(async () => (await ask.silently({ path: pathOf('v2') })).code === 200);
      await ask.silently({ method: 'DELETE', path: `${definitions}/coins.${group}` });
      await until(async () => {
        const { body } = await ask.silently({ path: '/metrics' });
        return /regeneration_count\{crd="coins.counted.example.com",[^}]*reason="remove"/.test(
          body.toString(),
        );
      });
      await show(ask);
    } finally {
      await webhook.close();
    }
  },
};
