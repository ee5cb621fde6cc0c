import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../runtime/client/api-error.ts';
import { pods } from '../../../runtime/client/resource.ts';
import { createTestContext } from '../../../runtime/testing/test-context.ts';
import { CycleState } from '../../framework/cycle-state.ts';
import { makePod } from '../../testing/cluster.ts';
import { createDefaultBinder } from './default-binder.ts';

test('bind posts a Binding for the Pod with that uid', async () => {
  const { api, client } = createTestContext();
  const pod = await client.create(pods, makePod());
  const binder = createDefaultBinder(client);
  assert.equal(await binder.bind(new CycleState(), pod, 'a'), undefined);
  const { namespace = '', name = '' } = pod.metadata;
  assert.equal((await client.get(pods, { namespace, name })).spec?.nodeName, 'a');
  assert.ok(api.requests.some(({ subresource }) => subresource === 'binding'));
});

test('bind answers with the error of the API', async () => {
  const { api, client } = createTestContext();
  api.before(({ subresource }) => {
    if (subresource === 'binding') throw new ApiError(500, { reason: 'InternalError', message: 'broken' });
  });
  const pod = await client.create(pods, makePod());
  const status = await createDefaultBinder(client).bind(new CycleState(), pod, 'a');
  assert.equal(status?.code, 'Error');
  assert.equal(status.message, 'broken');
});
