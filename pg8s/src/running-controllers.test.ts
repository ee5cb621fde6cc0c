import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindModules } from '@pg8s/apiserver-lite/registry/kind-modules';
import { controllersProblem } from '@pg8s/controllers/controller-manager/controller-names';
import { runningControllers } from './running-controllers.ts';

test('what runs is what is there and enabled', () => {
  assert.ok(runningControllers(['*']).includes('deployment-controller'));
  assert.ok(!runningControllers(['*', '-deployment-controller']).includes('deployment-controller'));
  assert.deepEqual(runningControllers(['deployment-controller']), ['deployment-controller']);
  assert.ok(!runningControllers(['*']).includes('no-such-controller'));
});

test('who is said to be missing is a controller of kube-controller-manager', () => {
  const actors = [...kindModules().values()].flatMap((kind) => (kind.actors ?? []).map(({ name }) => name));
  const controllers = actors.filter((name) => name.endsWith('-controller'));
  assert.ok(controllers.length > 10);
  for (const name of controllers) assert.equal(controllersProblem([`-${name}`]), undefined, name);
});
