import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { testAuthority } from '../../../server/testing/certificates.ts';
import { healthzProbe } from './healthz-probe.ts';

test('asks a part how it is', async (t) => {
  const { cert, key } = await (await testAuthority()).server();
  let healthy = true;
  const server = createServer({ cert, key }, (request, response) => {
    response.statusCode = healthy && request.url === '/healthz' ? 200 : 500;
    response.end(healthy ? 'ok' : 'leader election lost');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const probe = healthzProbe(port);
  assert.equal(await probe(), 'ok');
  healthy = false;
  await assert.rejects(probe(), /unhealthy http status code: 500 with body: leader election lost/);
  server.close();
  await once(server, 'close');
  await assert.rejects(
    probe(),
    /^Error: Get "https:\/\/127\.0\.0\.1:\d+\/healthz": dial tcp .* connection refused$/,
  );
});
