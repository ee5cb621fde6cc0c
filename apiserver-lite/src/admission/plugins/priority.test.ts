import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionOperation } from '../attributes.ts';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { pluginDependencies } from '../testing/plugin-dependencies.ts';
import { priority } from './priority.ts';

function priorityClass(name: string, value: number, more: object = {}): KubeObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    preemptionPolicy: 'PreemptLowerPriority',
    ...more,
  } as KubeObject;
}

const high = priorityClass('high', 1000);
const usual = priorityClass('usual', 10, { globalDefault: true, preemptionPolicy: 'Never' });

async function prioritized(spec: object, classes: readonly KubeObject[]): Promise<object> {
  const dependencies = pluginDependencies({ 'priorityclasses.scheduling.k8s.io': classes });
  const object = { metadata: { name: 'p' }, spec: { ...spec } };
  try {
    await priority(dependencies).admit?.(admissionAttributes({ object }));
  } finally {
    dependencies.informers.close();
  }
  return object.spec;
}

test('a Pod gets the priority of its class, of the default one, or none', async () => {
  const preemptionPolicy = 'PreemptLowerPriority';
  assert.deepEqual(await prioritized({}, [high]), { priority: 0, preemptionPolicy });
  assert.deepEqual(await prioritized({ priorityClassName: 'high' }, [high]), {
    priorityClassName: 'high',
    priority: 1000,
    preemptionPolicy,
  });
  const lower = priorityClass('lower', 5, { globalDefault: true });
  assert.deepEqual(await prioritized({}, [high, usual, lower]), {
    priorityClassName: 'lower',
    priority: 5,
    preemptionPolicy,
  });
});

test('what the Pod says must be what its class says', async () => {
  const computed = (what: string, value: string) => ({
    message:
      `pods "p" is forbidden: the ${what} must not be provided in pod spec; ` +
      `priority admission controller computed ${value} from the given PriorityClass name`,
  });
  await assert.rejects(
    prioritized({ priorityClassName: 'high', priority: 7 }, [high]),
    computed('integer value of priority (7)', '1000'),
  );
  await assert.rejects(
    prioritized({ preemptionPolicy: 'Never' }, [high]),
    computed('string value of PreemptionPolicy (Never)', 'PreemptLowerPriority'),
  );
  await prioritized({ priority: 10, preemptionPolicy: 'Never' }, [usual]);
  await assert.rejects(prioritized({ priorityClassName: 'none' }, [high]), {
    message: 'pods "p" is forbidden: no PriorityClass with name none was found',
  });
});

test('an update keeps the priority', async () => {
  const object = { metadata: {}, spec: {} };
  const oldObject = { metadata: {}, spec: { priority: 3, preemptionPolicy: 'Never' } };
  await priority(pluginDependencies({})).admit?.(
    admissionAttributes({ operation: 'UPDATE', object, oldObject }),
  );
  assert.deepEqual(object.spec, oldObject.spec);
});

test('only one class is the default', async () => {
  const dependencies = pluginDependencies({ 'priorityclasses.scheduling.k8s.io': [usual] });
  const plugin = priority(dependencies);
  const write = async (operation: AdmissionOperation, object: KubeObject) =>
    plugin.validate?.(
      admissionAttributes({
        operation,
        resource: { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' },
        name: object.metadata.name ?? '',
        object,
      }),
    );
  const second = priorityClass('second', 1, { globalDefault: true });
  for (const operation of ['CREATE', 'UPDATE'] as const) {
    await write(operation, high);
    await assert.rejects(write(operation, second), {
      message:
        'priorityclasses.scheduling.k8s.io "second" is forbidden: ' +
        'PriorityClass usual is already marked as default. Only one default can exist',
    });
  }
  await write('UPDATE', usual);
  dependencies.informers.close();
});
