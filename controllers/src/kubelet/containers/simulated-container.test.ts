import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviourOf } from './behaviour.ts';
import { containerStatus } from './container-status.ts';
import { SimulatedContainer } from './simulated-container.ts';

const pod = { name: 'p', namespace: 'default', uid: 'u' };

function stepper() {
  const container = new SimulatedContainer('ContainerCreating');
  const images = new Set<string>();
  const step = (nowMs: number, image: string, annotations: Record<string, string> = {}) => {
    const spec = { name: 'c', image };
    container.advance({
      nowMs,
      spec,
      behaviour: behaviourOf({ metadata: { name: 'p', annotations } } as never, spec),
      restartPolicy: 'Always',
      pod,
      delays: { pullMs: 1000, startMs: 100 },
      images,
      configProblem: undefined,
      record: () => undefined,
    });
    const { ready, restartCount, image: running, state } = containerStatus(container, spec);
    return { ready, restartCount, running, state: Object.keys(state)[0] };
  };
  return step;
}

test('while a container gets another image it is reported as it was', () => {
  const step = stepper();
  step(0, 'a:1');
  step(1000, 'a:1');
  const before = { ready: true, restartCount: 0, running: 'docker.io/library/a:1', state: 'running' };
  assert.deepEqual(step(1100, 'a:1'), before);
  assert.deepEqual(step(2000, 'a:2'), before);
  assert.deepEqual(step(3000, 'a:2'), before);
  assert.deepEqual(step(3100, 'a:2'), {
    ...before,
    restartCount: 1,
    running: 'docker.io/library/a:2',
  });
});

test('that the other image cannot be pulled is reported', () => {
  const step = stepper();
  step(0, 'a:1');
  step(1000, 'a:1');
  step(1100, 'a:1');
  const fails = { 'simulate.pg8s.dev/image-pull': 'fail' };
  assert.equal(step(2000, 'a:2', fails).ready, true);
  const { ready, state } = step(3000, 'a:2', fails);
  assert.deepEqual([ready, state], [false, 'waiting']);
});
