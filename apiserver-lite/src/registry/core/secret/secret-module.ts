import type { V1Secret } from '@pg8s/k8s-proto/generated/models';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import { type Fields, child, existing, fillText } from '../../fields/fill.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateSecret, validateSecretUpdate } from './secret-validation.ts';

/**
 * What was written as text becomes data; it is never read back as text (Kubernetes:
 * `core/v1.Secret.stringData`).
 */
function defaultSecret(object: Fields): void {
  fillText(object, { type: 'Opaque' });
  const texts = existing(object, 'stringData');
  delete object.stringData;
  if (texts === undefined || Object.keys(texts).length === 0) return;
  const data = child(object, 'data');
  for (const [key, text] of Object.entries(texts)) {
    setJsonField(data, key, Buffer.from(String(text)).toString('base64'));
  }
}

const entries = (map: object | undefined) => Object.keys(map ?? {}).length;

const secretTable = tableOf<V1Secret>([
  nameColumn(),
  column('Type', ({ type }) => type ?? ''),
  column('Data', ({ data }) => entries(data)),
  ageColumn(),
]);

/** Secrets (Kubernetes: `pkg/registry/core/secret`). */
export const secretModule = defineKind('/Secret', {
  strategy: {
    metadataChecksOnUpdate: ['change', 'update', 'whole'],
    validate: validateSecret,
    validateUpdate: validateSecretUpdate,
  },
  table: secretTable,
  selectableFields: selectablePaths(['type']),
  defaults: { v1: defaultSecret },
  actors: [
    {
      name: 'serviceaccount-token-controller',
      effect: 'the Secret gets no token',
      concerns: (object) =>
        object.type === 'kubernetes.io/service-account-token' &&
        (object as V1Secret).data?.['token'] === undefined,
    },
  ],
});
