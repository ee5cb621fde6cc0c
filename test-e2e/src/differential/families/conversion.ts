import {
  answerNames,
  answerReview,
} from '../../../../apiserver-lite/src/apiextensions/conversion/testing/conversion-answers.ts';
import { httpsAnswers } from '../../../../apiserver-lite/src/outgoing/testing/https-answers.ts';
import { testAuthority } from '../../../../apiserver-lite/src/server/testing/certificates.ts';
import type { Answer } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { cleaned } from './cleaned.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge = { 'content-type': 'application/merge-patch+json' };
const waitMs = 100;
const attempts = 300;

interface Webhook {
  clientConfig: object;
  conversionReviewVersions: string[];
}

function definition(group: string, webhook: Webhook): object {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            text: { type: 'string' },
            words: { type: 'string' },
            replicas: { type: 'integer' },
          },
        },
        status: { type: 'object', properties: { replicas: { type: 'integer' } } },
      },
    },
  };
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const version = (name: string, storage: boolean): object => ({
    name,
    served: true,
    storage,
    schema,
    subresources: { status: {}, scale },
    additionalPrinterColumns: [{ name: 'Words', type: 'string', jsonPath: '.spec.words' }],
  });
  return {
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [version('v1', true), version('v2', false)],
      conversion: { strategy: 'Webhook', webhook },
    },
  };
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

type Paths = (version: string) => string;

interface Parts {
  ask: Ask;
  /** Of servers that the API servers are led to. */
  ports: readonly number[];
}

/** What both servers make of a definition whose webhook answers so: reads and writes in the other version. */
async function tryWebhook(
  { ask, ports }: Parts,
  name: string,
  webhook: Webhook,
  more?: (path: Paths) => Promise<void>,
): Promise<void> {
  const group = `${name.replaceAll(/[^a-z0-9]+/g, '-')}.conversion.example.com`;
  const path: Paths = (version) => `/apis/${group}/${version}/namespaces/${namespace}/widgets`;
  await ask.silently({ path: definitions, body: definition(group, webhook) });
  const widget = { metadata: { name: 'w', labels: { l: 'm' } }, spec: { text: 'hi', replicas: 1 } };
  await until(async () => {
    const { code } = await ask.silently({
      path: path('v1'),
      body: { apiVersion: `${group}/v1`, kind: 'Widget', ...widget },
    });
    return code === 201;
  });
  const show = async (title: string, answer: Promise<Answer>): Promise<void> => {
    const { code, body } = await answer;
    ask.show(`${name}: ${title}`, { code, body: JSON.parse(cleaned(body.toString(), ports)) as unknown });
  };
  await show('get', ask.silently({ path: `${path('v2')}/w` }));
  await show('list', ask.silently({ path: path('v2') }));
  await show(
    'create',
    ask.silently({
      path: path('v2'),
      body: { apiVersion: `${group}/v2`, kind: 'Widget', metadata: { name: 'w2' }, spec: { words: 'hi' } },
    }),
  );
  await more?.(path);
  await ask.silently({ method: 'DELETE', path: `${definitions}/widgets.${group}` });
}

/** The other verbs, where the webhook does what it should. */
async function tryVerbs({ ask, ports }: Parts, path: Paths): Promise<void> {
  const steps: [string, Parameters<Ask['silently']>[0]][] = [
    ['get v1 of v2', { path: `${path('v1')}/w2` }],
    [
      'patch',
      { method: 'PATCH', path: `${path('v2')}/w`, headers: merge, body: { spec: { words: 'more' } } },
    ],
    [
      'apply',
      {
        method: 'PATCH',
        path: `${path('v2')}/w?fieldManager=me&force=true`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: {
          apiVersion: path('v2').split('/').slice(2, 4).join('/'),
          kind: 'Widget',
          metadata: { name: 'w' },
          spec: { words: 'applied' },
        },
      },
    ],
    ['get v1 after it', { path: `${path('v1')}/w` }],
    ['scale', { path: `${path('v2')}/w/scale` }],
    [
      'set scale',
      { method: 'PATCH', path: `${path('v2')}/w/scale`, headers: merge, body: { spec: { replicas: 3 } } },
    ],
    [
      'status',
      { method: 'PATCH', path: `${path('v2')}/w/status`, headers: merge, body: { status: { replicas: 2 } } },
    ],
    ['table', { path: path('v2'), headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }],
    ['selected list', { path: `${path('v2')}?fieldSelector=metadata.name%3Dw` }],
    ['delete', { method: 'DELETE', path: `${path('v2')}/w2` }],
  ];
  for (const [title, request] of steps) {
    const { code, body } = await ask.silently(request);
    ask.show(`verbs: ${title}`, { code, body: JSON.parse(cleaned(body.toString(), ports)) as unknown });
  }
}

/** Webhooks that convert custom objects, right and wrong. */
export const conversion: Family = {
  name: 'conversion by a webhook',
  async run(ask) {
    const [authority, other] = await Promise.all([testAuthority(), testAuthority('other')]);
    const bundle = (pem: string): string => Buffer.from(pem).toString('base64');
    const server = await httpsAnswers(await authority.server(), (request, response, body) =>
      answerReview(request.url ?? '', body, response),
    );
    const url = (path: string): string => `https://127.0.0.1:${server.port}/${path}`;
    const caBundle = bundle(authority.cert);
    const by = (clientConfig: object, conversionReviewVersions = ['v1']): Webhook => ({
      clientConfig,
      conversionReviewVersions,
    });
    const ports = [server.port];
    const parts = { ask, ports };
    try {
      await tryWebhook(parts, 'convert', by({ url: url('convert'), caBundle }), (path) =>
        tryVerbs(parts, path),
      );
      const beta = ['v7', 'v1beta1', 'v1'];
      const tried: [string, Webhook][] = [
        ...answerNames.map((name): [string, Webhook] => [name, by({ url: url(name), caBundle })]),
        ['in v1beta1', by({ url: url('other-uid'), caBundle }, beta)],
        ['untrusted', by({ url: url('convert') })],
        ['another authority', by({ url: url('convert'), caBundle: bundle(other.cert) })],
        ['refused', by({ url: 'https://127.0.0.1:1/convert', caBundle })],
        ['no service', by({ service: { namespace, name: 'nothing', path: '/convert' }, caBundle })],
      ];
      const batch = 6;
      for (let index = 0; index < tried.length; index += batch) {
        await Promise.all(
          tried.slice(index, index + batch).map(([name, webhook]) => tryWebhook(parts, name, webhook)),
        );
      }
    } finally {
      await server.close();
    }
  },
};
