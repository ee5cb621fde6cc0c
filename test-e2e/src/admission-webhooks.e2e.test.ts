import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { httpsAnswers, type HttpsAnswers } from '../../apiserver-lite/src/outgoing/testing/https-answers.ts';
import { testAuthority } from '../../apiserver-lite/src/server/testing/certificates.ts';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Review {
  kind: string;
  apiVersion: string;
  request: {
    uid: string;
    operation: string;
    name: string;
    dryRun: boolean;
    object: { metadata: { labels?: Record<string, string> } } | null;
  };
}

/** Adds the label `checked` to what is created and changed, warns, and keeps what is labelled `keep`. */
function answerOf({ request: { uid, object, operation } }: Review): Record<string, unknown> {
  const response = { uid, allowed: true };
  if (operation === 'DELETE') {
    return { ...response, allowed: false, status: { code: 403, message: 'it is to be kept' } };
  }
  const operations = [
    ...(object?.metadata.labels === undefined ? [{ op: 'add', path: '/metadata/labels', value: {} }] : []),
    { op: 'add', path: '/metadata/labels/checked', value: 'yes' },
  ];
  return {
    ...response,
    warnings: ['checked by a webhook'],
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
    patchType: 'JSONPatch',
  };
}

/** Webhooks as somebody uses them who has kubectl and a server with a certificate. */
describe('admission webhooks', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let server: HttpsAnswers;
  let caBundle: string;
  const reviews: Review[] = [];

  before(async () => {
    const authority = await testAuthority();
    caBundle = Buffer.from(authority.cert).toString('base64');
    server = await httpsAnswers(await authority.server(['hook.default.svc']), (_request, response, body) => {
      const review = JSON.parse(body) as Review;
      reviews.push(review);
      const { kind, apiVersion } = review;
      response.end(JSON.stringify({ kind, apiVersion, response: answerOf(review) }));
    });
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    };
    await clients.kubectlInput(JSON.stringify(service), 'apply', '-f', '-');
  });

  after(async () => {
    await pg8s?.stop();
    await server?.close();
    await dataDir?.remove();
  });

  const configuration = (kind: 'Mutating' | 'Validating', operations: string[], more: object = {}): string =>
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name: 'check' },
      webhooks: [
        {
          name: 'check.example.com',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          rules: [{ operations, apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
          clientConfig: {
            service: { namespace: 'default', name: 'hook', path: '/check', port: server.port },
            caBundle,
          },
          ...more,
        },
      ],
    });

  const labelOf = async (name: string): Promise<string> =>
    clients.kubectl('get', 'configmap', name, '-o', 'jsonpath={.metadata.labels.checked}');

  test('a webhook changes what is created, through its Service', async () => {
    await clients.kubectlInput(configuration('Mutating', ['CREATE', 'UPDATE']), 'apply', '-f', '-');
    await eventually(async () => {
      await clients.tryKubectl(['delete', 'configmap', 'first', '--ignore-not-found']);
      await clients.kubectl('create', 'configmap', 'first', '--from-literal=a=b');
      return (await labelOf('first')) === 'yes';
    });
    const { stderr } = await clients.tryKubectl(['create', 'configmap', 'second', '--from-literal=a=b']);
    assert.match(stderr, /Warning: checked by a webhook/);
  });

  test('a webhook sees what a dry run would do', async () => {
    reviews.length = 0;
    const output = ['--dry-run=server', '-o', 'jsonpath={.metadata.labels.checked}'];
    const shown = await clients.kubectl('create', 'configmap', 'dry', ...output);
    assert.equal(shown, 'yes');
    assert.deepEqual(
      reviews.map(({ request: { name, dryRun } }) => [name, dryRun]),
      [['dry', true]],
    );
  });

  test('apply finds nothing changed by what a webhook added', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: 'b' } };
    const manifest = JSON.stringify(object);
    assert.match(await clients.kubectlInput(manifest, 'apply', '-f', '-'), /created/);
    assert.match(await clients.kubectlInput(manifest, 'apply', '-f', '-'), /unchanged/);
    assert.match(
      await clients.kubectlInput(manifest, 'apply', '--server-side', '--force-conflicts', '-f', '-'),
      /serverside-applied/,
    );
    assert.equal(await labelOf('applied'), 'yes');
  });

  test('a webhook keeps objects from being deleted, until its configuration goes', async () => {
    const keep = { objectSelector: { matchLabels: { keep: 'it' } } };
    await clients.kubectlInput(configuration('Validating', ['DELETE'], keep), 'apply', '-f', '-');
    await clients.kubectl('label', 'configmap', 'first', 'keep=it');
    const refusal = await eventually(async () => {
      const { code, stderr } = await clients.tryKubectl(['delete', 'configmap', 'first', '--dry-run=server']);
      return code !== 0 && stderr;
    });
    assert.match(refusal, /admission webhook "check\.example\.com" denied the request: it is to be kept/);
    await clients.kubectl('delete', 'configmap', 'second');
    await clients.kubectl('delete', 'validatingwebhookconfiguration', 'check');
    await eventually(async () => (await clients.tryKubectl(['delete', 'configmap', 'first'])).code === 0);
  });

  test('a webhook that cannot be called refuses, or does not, by its policy', async () => {
    const away = { clientConfig: { service: { namespace: 'default', name: 'away' }, caBundle } };
    await clients.kubectlInput(configuration('Mutating', ['CREATE'], away), 'apply', '-f', '-');
    const refusal = await eventually(async () => {
      const { code, stderr } = await clients.tryKubectl(['create', 'configmap', 'third', '--dry-run=server']);
      return code !== 0 && stderr;
    });
    assert.match(
      refusal,
      /failed calling webhook "check\.example\.com": failed to call webhook: Post "https:\/\/away\.default\.svc:443\/\?timeout=10s": service "away" not found/,
    );
    const ignored = configuration('Mutating', ['CREATE'], { ...away, failurePolicy: 'Ignore' });
    await clients.kubectlInput(ignored, 'apply', '-f', '-');
    await eventually(
      async () => (await clients.tryKubectl(['create', 'configmap', 'third', '--dry-run=server'])).code === 0,
    );
  });
});
