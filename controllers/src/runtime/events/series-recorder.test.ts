import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { type Pod, seriesEvents } from '../client/resource.ts';
import { SeriesRecorder } from './series-recorder.ts';
import { FakeApi } from '../testing/fake-api.ts';
import { FakeClock } from '../testing/fake-clock.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u-1', resourceVersion: '7' },
};

const failure = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling' } as const;

function setting() {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const log = pino({ level: 'silent' });
  const recorder = new SeriesRecorder({
    client: api,
    clock,
    log,
    component: 'default-scheduler',
    host: 'here',
    random: () => 0,
  });
  return { api, clock, recorder, stored: () => api.all(seriesEvents) };
}

test('an event of the new form has a moment and an action, and neither count nor source', async () => {
  const { recorder, stored } = setting();
  recorder.event(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', message: 'assigned' });
  await recorder.flush();
  const [event] = stored();
  assert.match(event?.metadata.name ?? '', /^web\.[0-9a-f]{16}$/);
  const { metadata: _metadata, ...rest } = event!;
  assert.deepEqual(rest, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-here',
    action: 'Binding',
    reason: 'Scheduled',
    regarding: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'default',
      name: 'web',
      uid: 'u-1',
      resourceVersion: '7',
    },
    note: 'assigned',
    type: 'Normal',
  });
  recorder.stop();
});

test('what happens again becomes a series, whatever its note says', async () => {
  const { recorder, stored, api, clock } = setting();
  for (let time = 0; time < 4; time++) {
    recorder.event(pod, { ...failure, message: `try ${time}` });
    await recorder.flush();
    await clock.advance(1_000);
  }
  assert.equal(stored().length, 1);
  assert.equal(stored()[0]?.note, 'try 0');
  assert.deepEqual(
    stored()[0]?.series,
    { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' },
    'written when it became one',
  );
  await clock.advance(7 * 60_000);
  await recorder.flush();
  assert.equal(stored()[0]?.series?.count, 2, 'it is not over yet');
  await clock.advance(6 * 60_000);
  await recorder.flush();
  assert.deepEqual(
    stored()[0]?.series,
    { count: 4, lastObservedTime: '2026-01-01T00:00:03.000000Z' },
    'written when nothing came for six minutes',
  );
  recorder.event(pod, { ...failure, message: 'later' });
  await recorder.flush();
  assert.equal(stored().length, 2, 'the series is over');
  assert.equal(api.requests.filter(({ verb }) => verb === 'patch').length, 2);
  recorder.stop();
});

test('a series that goes on is written every half hour, and anew when it expired in the store', async () => {
  const { recorder, stored, api, clock } = setting();
  for (let time = 0; time < 65; time++) {
    recorder.event(pod, { ...failure, message: 'no' });
    await clock.advance(60_000);
    if (time === 40) {
      const { name = '' } = stored()[0]!.metadata;
      await api.delete(seriesEvents, { namespace: 'default', name });
    }
  }
  await recorder.flush();
  assert.equal(stored().length, 1);
  assert.equal(stored()[0]?.series?.count, 60);
  recorder.stop();
});

test('another version of the object is another happening; a long note is cut', async () => {
  const { recorder, stored } = setting();
  recorder.event(pod, { ...failure, message: 'x'.repeat(1023) + 'äöü' });
  recorder.event(
    { ...pod, metadata: { ...pod.metadata, resourceVersion: '8' } },
    { ...failure, message: 'no' },
  );
  await recorder.flush();
  assert.equal(stored().length, 2);
  assert.equal(stored()[0]?.note, `${'x'.repeat(1020)} ...`);
  recorder.stop();
});
