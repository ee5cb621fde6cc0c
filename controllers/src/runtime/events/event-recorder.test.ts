import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../client/api-error.ts';
import { events, type Pod } from '../client/resource.ts';
import { createTestContext } from '../testing/test-context.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u-1', resourceVersion: '7' },
};

test('an event has the shape and name of client-go’s', async () => {
  const { recorder, api } = createTestContext('replicaset-controller');
  recorder.event(pod, { type: 'Normal', reason: 'SuccessfulCreate', message: 'Created pod: web-1' });
  await recorder.flush();
  const [event] = api.all(events);
  assert.match(event?.metadata.name ?? '', /^web\.[0-9a-f]{16}$/);
  assert.deepEqual(event?.involvedObject, {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'default',
    name: 'web',
    uid: 'u-1',
    resourceVersion: '7',
  });
  assert.equal(event.count, 1);
  assert.equal(event.reportingComponent, 'replicaset-controller');
  assert.deepEqual(event.source, { component: 'replicaset-controller' });
  assert.equal(event.firstTimestamp, '2026-01-01T00:00:00Z');
});

test('the same event is counted, and created again when it has expired', async () => {
  const { recorder, api, clock } = createTestContext();
  for (let time = 0; time < 3; time++) {
    recorder.event(pod, { type: 'Warning', reason: 'BackOff', message: 'Back-off' });
    await recorder.flush();
    await clock.advance(1000);
  }
  assert.equal(api.all(events).length, 1);
  assert.equal(api.all(events)[0]?.count, 3);
  assert.equal(api.all(events)[0]?.firstTimestamp, '2026-01-01T00:00:00Z');
  assert.equal(api.all(events)[0]?.lastTimestamp, '2026-01-01T00:00:02Z');
  const { name = '' } = api.all(events)[0]?.metadata ?? {};
  await api.delete(events, { namespace: 'default', name });
  recorder.event(pod, { type: 'Warning', reason: 'BackOff', message: 'Back-off' });
  await recorder.flush();
  assert.equal(api.all(events)[0]?.metadata.name, name);
  assert.equal(api.all(events)[0]?.count, 4);
});

test('from the tenth message on, similar events are combined', async () => {
  const { recorder, api } = createTestContext();
  for (let index = 1; index <= 15; index++)
    recorder.event(pod, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: web-${index}` });
  await recorder.flush();
  const stored = api.all(events);
  assert.equal(stored.length, 10);
  const combined = stored.filter(({ message }) => message?.startsWith('(combined from similar events): '));
  assert.equal(combined.length, 1);
  assert.equal(combined[0]?.message, '(combined from similar events): Created pod: web-15');
  assert.equal(combined[0]?.count, 6);
});

test('a source may record 25 events about an object, then one every five minutes', async () => {
  const { recorder, api, clock } = createTestContext();
  const say = (index: number) =>
    recorder.event(pod, { type: 'Normal', reason: `Reason${index}`, message: 'something' });
  for (let index = 0; index < 40; index++) say(index);
  await recorder.flush();
  assert.equal(api.all(events).length, 25);
  await clock.advance(300_000);
  say(50);
  say(51);
  await recorder.flush();
  assert.equal(api.all(events).length, 26);
});

test('an event is tried again when the server is away, not when it refuses', async () => {
  const { recorder, api, clock } = createTestContext();
  let failures = 2;
  api.before(({ object }) => {
    if (object && 'reason' in object && object['reason'] === 'Refused')
      throw new ApiError(403, { reason: 'Forbidden' });
    if (failures-- > 0) throw new Error('connect ECONNREFUSED');
  });
  recorder.event(pod, { type: 'Normal', reason: 'Lost', message: 'one' });
  await clock.advance(60_000);
  await recorder.flush();
  assert.equal(api.all(events).length, 1);
  recorder.event(pod, { type: 'Normal', reason: 'Refused', message: 'two' });
  await recorder.flush();
  assert.equal(api.all(events).length, 1);
});
