import type { Family } from '../family.ts';
import { untilAnswer } from '../until-answer.ts';
import { merge, oneContainer, pods, tryPod } from './admission-pods.ts';

const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';

const tried: Readonly<Record<string, object>> = {
  'no class': {},
  'a class': { priorityClassName: 'high' },
  'a class without preemption': { priorityClassName: 'patient' },
  'a system class': { priorityClassName: 'system-node-critical' },
  'a class that is not there': { priorityClassName: 'nothing' },
  'its own priority': { priority: 5 },
  'the priority of no class': { priority: 0 },
  'another priority': { priorityClassName: 'high', priority: 7 },
  'the same priority': { priorityClassName: 'high', priority: 1000 },
  'another policy': { priorityClassName: 'high', preemptionPolicy: 'Never' },
  'the same policy': { priorityClassName: 'patient', preemptionPolicy: 'Never' },
  'a policy without a class': { preemptionPolicy: 'Never' },
};

/** The admission plugin Priority. */
export const admissionPriority: Family = {
  name: 'admission: Priority',
  async run(ask) {
    await ask('create high', { path: classes, body: { metadata: { name: 'high' }, value: 1000 } });
    await ask('create patient', {
      path: classes,
      body: { metadata: { name: 'patient' }, value: -5, preemptionPolicy: 'Never' },
    });
    for (const priorityClassName of ['high', 'patient'])
      await untilAnswer(ask, tryPod({ priorityClassName }), /"kind":"Pod"/);
    for (const [name, spec] of Object.entries(tried)) await ask(name, tryPod(spec));
    await ask('create a Pod', {
      path: pods,
      body: { metadata: { name: 'prior' }, spec: { priorityClassName: 'high', containers: oneContainer } },
    });
    const got = await ask('get the Pod', { path: `${pods}/prior` });
    const pod = JSON.parse(got.body.toString()) as { spec?: { [field: string]: unknown } };
    delete pod.spec?.['priority'];
    delete pod.spec?.['preemptionPolicy'];
    await ask('update without it', { method: 'PUT', path: `${pods}/prior`, body: pod });
    await ask('change it', {
      method: 'PATCH',
      path: `${pods}/prior`,
      headers: merge,
      body: { spec: { priority: 3 } },
    });
    await ask('delete the Pod', { method: 'DELETE', path: `${pods}/prior?gracePeriodSeconds=0` });

    const usual = { metadata: { name: 'usual' }, value: 10, globalDefault: true };
    await ask('create a default', { path: classes, body: usual });
    await untilAnswer(ask, tryPod({}), /"priorityClassName":"usual"/);
    await ask('no class, with a default', tryPod({}));
    await ask('no priority, with a default', tryPod({ priority: 0 }));
    await ask('a second default', {
      path: classes,
      body: { metadata: { name: 'second' }, value: 20, globalDefault: true },
    });
    await ask('make another the default', {
      method: 'PATCH',
      path: `${classes}/high`,
      headers: merge,
      body: { globalDefault: true },
    });
    await ask('describe the default', {
      method: 'PATCH',
      path: `${classes}/usual`,
      headers: merge,
      body: { description: 'of all' },
    });
    for (const name of ['usual', 'high', 'patient'])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${classes}/${name}` });
    await untilAnswer(ask, tryPod({}), /"priority":0/);
    await ask('no class, again', tryPod({}));
  },
};
