import type { V1ConfigMap } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateFrozen } from '../config-data.ts';
import { validateConfigMap } from './config-map-validation.ts';

const entries = (map: object | undefined) => Object.keys(map ?? {}).length;

const configMapTable = tableOf<V1ConfigMap>([
  nameColumn(),
  column('Data', ({ data, binaryData }) => entries(data) + entries(binaryData)),
  ageColumn(),
]);

/** ConfigMaps (Kubernetes: `pkg/registry/core/configmap`). */
export const configMapModule = defineKind('/ConfigMap', {
  strategy: {
    metadataChecksOnUpdate: ['change', 'update', 'whole'],
    validate: validateConfigMap,
    validateUpdate: validateFrozen,
  },
  table: configMapTable,
});
