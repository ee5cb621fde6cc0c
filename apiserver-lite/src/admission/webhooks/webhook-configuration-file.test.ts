import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OutgoingClient } from '../../outgoing/outgoing-client.ts';
import { httpsAnswers } from '../../outgoing/testing/https-answers.ts';
import { callWebhook, webhookDestination } from '../../outgoing/webhook.ts';
import { testAuthority } from '../../server/testing/certificates.ts';
import { configuredCredentials } from './webhook-configuration-file.ts';

const configuration = (kubeConfigFile: string) => ({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'WebhookAdmissionConfiguration',
  kubeConfigFile,
});

test('a webhook sees the certificate of the user that is for it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-webhooks-'));
  t.after(() => rm(folder, { recursive: true }));
  const authority = await testAuthority();
  const [serving, own] = await Promise.all([authority.server(), authority.client('the-apiserver')]);
  const server = await httpsAnswers({ ...serving, ca: authority.cert }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    response.end(JSON.stringify({ name: subject?.CN }));
  });
  const client = new OutgoingClient({ resolve: () => Promise.reject(new Error('there are no Services')) });
  t.after(async () => {
    client.close();
    await server.close();
  });
  await writeFile(join(folder, 'own.key'), own.key);
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      users: [
        {
          name: `127.0.0.1:${server.port}`,
          user: {
            'client-certificate-data': Buffer.from(own.cert).toString('base64'),
            'client-key': 'own.key',
          },
        },
      ],
    }),
  );
  const credentialsOf = configuredCredentials(configuration(kubeconfig))!;
  const call = async (host: string) => {
    const destination = webhookDestination(
      'hook',
      {
        url: `https://${host}:${server.port}/x`,
        caBundle: Buffer.from(authority.cert).toString('base64'),
      },
      1000,
    );
    const { tls } = await credentialsOf(destination);
    return callWebhook(
      client,
      { ...destination, tls: { ...destination.tls, ...tls } },
      { body: '{}', timeoutMs: 5000, maxBytes: 1000 },
    );
  };
  assert.deepEqual(await call('127.0.0.1'), { name: 'the-apiserver' });
  assert.deepEqual(await call('localhost'), {});
});

test('a configuration that cannot be used is an error', () => {
  assert.equal(configuredCredentials(undefined), undefined);
  assert.equal(configuredCredentials(configuration('')), undefined);
  assert.throws(() => configuredCredentials(configuration('a/b')), {
    message: 'kubeConfigFile: Invalid value: "a/b": must be an absolute file path',
  });
  assert.throws(() => configuredCredentials({ ...configuration('/x'), kind: 'Other' }), {
    message: 'no kind "Other" is registered for version "apiserver.config.k8s.io/v1"',
  });
  assert.throws(() => configuredCredentials(configuration('/does/not/exist')), /no such file/);
});
