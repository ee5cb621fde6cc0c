import { testAuthority } from '../../../../apiserver-lite/src/server/testing/certificates.ts';
import type { Ask, Family } from '../family.ts';
import { cleaned } from './cleaned.ts';
import { webhookCases, type Hook, type Serve, type WebhookCase } from './webhooks/webhook-cases.ts';
import { allow, startWebhookServer, type WebhookServer } from './webhooks/webhook-server.ts';

const configurations = '/apis/admissionregistration.k8s.io/v1';
const waitMs = 50;
const attempts = 600;
const probeNamespace = 'webhooks-probe';

interface Parts {
  ask: Ask;
  server: WebhookServer;
  caBundle: string;
}

const slugOf = ({ name }: WebhookCase) => `wh-${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
const pathOf = (slug: string, index: number) => `/${slug}/${index}`;

/** A webhook for the objects of its case alone, which runs beside others. */
function configured({ server, caBundle }: Parts, hook: Hook, slug: string, index: number): object {
  const path = pathOf(slug, index);
  const url = server.add(path, hook.answer);
  const selector = { matchLabels: { case: slug } };
  const service = hook.client?.['service'] as object | undefined;
  return {
    name: hook.name ?? `hook-${index}.example.com`,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    namespaceSelector: selector,
    ...(hook.clusterWide === true ? { objectSelector: selector } : {}),
    ...hook.config,
    clientConfig: service === undefined ? { url, caBundle, ...hook.client } : { service, caBundle },
  };
}

type Kind = 'mutating' | 'validating';
const kinds: readonly Kind[] = ['mutating', 'validating'];
const collectionOf = (kind: Kind) => `${configurations}/${kind}webhookconfigurations`;

async function configure(parts: Parts, each: WebhookCase): Promise<void> {
  const slug = slugOf(each);
  const hooks = each.hooks.map((hook, index) => ({
    hook,
    configuration: configured(parts, hook, slug, index),
  }));
  for (const kind of kinds) {
    const webhooks = hooks
      .filter(({ hook }) => (hook.mutating === true) === (kind === 'mutating'))
      .map(({ configuration }) => configuration);
    if (webhooks.length === 0) continue;
    const { code, body } = await parts.ask.silently({
      path: collectionOf(kind),
      body: { metadata: { name: slug }, webhooks },
    });
    if (code !== 201) parts.ask.show(`${each.name}: ${kind}`, JSON.parse(body.toString()) as object);
  }
}

/** Configurations that were made before are followed once a later one is, to be deleted with them. */
async function untilFollowed(parts: Parts): Promise<WebhookCase> {
  const { ask, server } = parts;
  await ask.silently({
    path: '/api/v1/namespaces',
    body: { metadata: { name: probeNamespace, labels: { case: 'probe' } } },
  });
  const probe: WebhookCase = {
    name: 'probe',
    hooks: [{ mutating: true, answer: allow }, { answer: allow }],
    requests: () => [],
  };
  await configure(parts, probe);
  const slug = slugOf(probe);
  await ask.silently({
    method: 'PATCH',
    path: `/api/v1/namespaces/${probeNamespace}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { labels: { case: slug } } },
  });
  for (let attempt = 0; attempt < attempts; attempt++) {
    await ask.silently({
      path: `/api/v1/namespaces/${probeNamespace}/configmaps?dryRun=All`,
      body: { metadata: { name: 'probe' } },
    });
    if (probe.hooks.every((_hook, index) => server.received(pathOf(slug, index)).length > 0)) break;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  return probe;
}

/** Makes an object of a kind that may be served a moment later only. */
async function untilMade(ask: Ask, path: string, body: object): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { code } = await ask.silently({ path, body });
    if (code === 201 || code === 409) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function tryCase({ ask, server, caBundle }: Parts, each: WebhookCase): Promise<void> {
  const slug = slugOf(each);
  const serve: Serve = (behaviour) => ({ url: server.add(`/${slug}/other`, behaviour), caBundle });
  await ask.silently({
    path: '/api/v1/namespaces',
    body: { metadata: { name: slug, labels: { case: slug } } },
  });
  const clean = (value: unknown): unknown =>
    JSON.parse(
      cleaned(JSON.stringify(value), [server.port])
        .replaceAll(/"g-[a-z0-9]{5}"/g, '"g-GENERATED"')
        // Go names the server that it asked.
        .replaceAll(/ on [\d.]+:53: no such host/g, ': no such host'),
    );
  for (const { path, body } of each.prepare?.(slug, serve) ?? []) await untilMade(ask, path, body);
  for (const [title, request] of each.requests(slug, slug)) {
    const { code, headers, body } = await ask.silently(request);
    // What the webhooks got of it is compared; the answer is that of a node.
    if (title === 'exec') continue;
    const text = body.toString();
    const answered = text.startsWith('{') ? (JSON.parse(text) as unknown) : text;
    ask.show(
      `${each.name}: ${title}`,
      clean({ code, warning: headers['warning'], body: answered }) as object,
    );
  }
  for (const [index, { name, mutating }] of each.hooks.entries()) {
    const received = server.received(pathOf(slug, index));
    ask.show(
      `${each.name}: received by ${name ?? index} ${mutating === true ? 'mutating' : 'validating'}`,
      clean({ received }) as object,
    );
  }
}

/** The counters of webhooks, as far as they do not depend on time. */
async function showMetrics({ ask }: Parts): Promise<void> {
  const { body } = await ask.silently({ path: '/metrics' });
  const lines = body
    .toString()
    .split('\n')
    .filter((line) => /^apiserver_admission_(webhook|match_condition)/.test(line))
    .filter((line) => !/_bucket|_sum|probe/.test(line));
  ask.show('metrics', { lines: lines.toSorted() });
}

/** Webhooks of both kinds: what they get, and what comes of what they answer. */
export const admissionWebhooks: Family = {
  name: 'admission webhooks',
  async run(ask) {
    const [authority, other] = await Promise.all([testAuthority(), testAuthority('other')]);
    const bundle = (pem: string): string => Buffer.from(pem).toString('base64');
    const server = await startWebhookServer(await authority.server());
    const parts: Parts = { ask, server, caBundle: bundle(authority.cert) };
    const wanted = new RegExp(process.env['PG8S_WEBHOOK_CASES'] ?? '');
    const cases = webhookCases(bundle(other.cert)).filter(({ name }) => wanted.test(name));
    try {
      for (const each of cases) await configure(parts, each);
      const probe = await untilFollowed(parts);
      const waiting = [...cases];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          await tryCase(parts, next);
      };
      await Promise.all(Array.from({ length: 4 }, work));
      await showMetrics(parts);
      for (const each of [...cases, probe]) {
        for (const kind of kinds) {
          await ask.silently({ method: 'DELETE', path: `${collectionOf(kind)}/${slugOf(each)}` });
        }
        await ask.silently({ method: 'DELETE', path: `/api/v1/namespaces/${slugOf(each)}` });
      }
    } finally {
      await server.close();
    }
  },
};
