import pino from 'pino';
import type { OwnContext } from '../context.ts';
import { createEventRecorder } from '../events/event-recorder.ts';
import { Informers } from '../cache/informers.ts';
import { FakeApi } from './fake-api.ts';
import { FakeClock } from './fake-clock.ts';

/** A context on a fake API and a fake clock. */
export interface TestContext extends OwnContext {
  api: FakeApi;
  clock: FakeClock;
}

/** Makes one; call `informers.stop()` when done. */
export function createTestContext(component = 'test-controller'): TestContext {
  const clock = new FakeClock();
  const api = new FakeApi(clock);
  const log = pino({ level: process.env['PG8S_TEST_LOG'] ?? 'silent' });
  let seed = 1;
  return {
    api,
    client: api,
    clock,
    log,
    informers: new Informers({
      client: api,
      clock,
      onFailure: ({ error }) => log.warn({ err: error }, 'informer'),
    }),
    recorder: createEventRecorder({ client: api, clock, log, component }),
    random: () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    },
  };
}
