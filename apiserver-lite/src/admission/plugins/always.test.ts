import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { admissionAttributes } from '../testing/admission-attributes.ts';
import { alwaysAdmit } from './always-admit.ts';
import { alwaysDeny } from './always-deny.ts';
import { alwaysPullImages } from './always-pull-images.ts';

test('AlwaysAdmit and AlwaysDeny do what they are called', async () => {
  const attributes = admissionAttributes({ operation: 'DELETE' });
  await alwaysAdmit().admit?.(attributes);
  await alwaysAdmit().validate?.(attributes);
  const refused = { message: 'pods "p" is forbidden: admission control is denying all modifications' };
  await assert.rejects(async () => alwaysDeny().admit?.(attributes), refused);
  await assert.rejects(async () => alwaysDeny().validate?.(attributes), refused);
});

const pod = (image: string, imagePullPolicy?: string): V1Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: {
    initContainers: [{ name: 'i', image }],
    containers: [{ name: 'c', image, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }) }],
    volumes: [{ name: 'v', image: { reference: image } }],
  },
});

test('all images are pulled always, and of updates those that bring new ones are judged', async () => {
  const plugin = alwaysPullImages();
  const object = pod('a', 'Never');
  await plugin.admit?.(admissionAttributes({ object }));
  assert.deepEqual(object.spec?.containers[0]?.imagePullPolicy, 'Always');
  assert.deepEqual(object.spec?.initContainers?.[0]?.imagePullPolicy, 'Always');
  assert.deepEqual(object.spec?.volumes?.[0]?.image?.pullPolicy, 'Always');
  await plugin.validate?.(admissionAttributes({ object }));
  const update = (next: string) =>
    admissionAttributes({ operation: 'UPDATE', object: pod(next, 'Never'), oldObject: pod('a') });
  await plugin.validate?.(update('a'));
  const at = (field: string, policy: string) =>
    `pods "p" is forbidden: spec.${field}: Unsupported value: "${policy}": supported values: "Always"`;
  await assert.rejects(async () => plugin.validate?.(update('b')), {
    message: `[${at('initContainers[0].imagePullPolicy', '')}, ${at('containers[0].imagePullPolicy', 'Never')}, ${at('volumes[0].image.pullPolicy', '')}]`,
  });
});
