import type { V1Secret } from '@pg8s/k8s-proto/generated/models';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultSecret } from './secret-defaults.ts';
import { secretTable } from './secret-table.ts';
import { validateSecret, validateSecretUpdate } from './secret-validation.ts';

/** Secrets (Kubernetes: `pkg/registry/core/secret`). */
export const secretModule = defineKind('/Secret', {
  strategy: { validate: validateSecret, validateUpdate: validateSecretUpdate },
  table: secretTable,
  selectableFields: selectablePaths(['type']),
  defaults: { v1: defaultSecret },
  actors: [
    {
      name: 'serviceaccount-token-controller',
      effect: 'the Secret gets no token',
      concerns: (object) =>
        object.type === 'kubernetes.io/service-account-token' &&
        (object as unknown as V1Secret).data?.['token'] === undefined,
    },
  ],
});
