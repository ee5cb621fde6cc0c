import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeExchange } from '../http/testing/fake-exchange.ts';
import { limitTime } from './request-deadline.ts';

const forEver = (): Promise<void> => new Promise(() => undefined);

test('a request that takes too long gets a 504, and its signal aborts', async () => {
  const { context } = fakeExchange({ url: '/api/v1/pods?timeout=5ms' });
  const { signal } = context;
  await assert.rejects(limitTime({ requestTimeoutMs: 60_000 })(forEver)(context), {
    name: 'StatusError',
    message: 'Timeout: request did not complete within the allotted timeout',
  });
  assert.equal(signal.aborted, true);
});

test("the server's own limit holds whatever the client asks", async () => {
  const { context } = fakeExchange({ url: '/api/v1/pods?timeout=1h' });
  await assert.rejects(limitTime({ requestTimeoutMs: 5 })(forEver)(context), /did not complete/);
});

test('a watch has no deadline', async () => {
  const { context } = fakeExchange({ url: '/api/v1/pods?watch=1&timeout=1ms' });
  let reached = false;
  await limitTime({ requestTimeoutMs: 1 })(async () => {
    reached = true;
  })(context);
  assert.ok(reached);
});

test('a timeout that is none is a bad request', () => {
  const { context } = fakeExchange({ url: '/api/v1/pods?timeout=soon' });
  assert.throws(
    () => limitTime({ requestTimeoutMs: 5 })(forEver)(context),
    /invalid timeout specified in the request URL/,
  );
});
