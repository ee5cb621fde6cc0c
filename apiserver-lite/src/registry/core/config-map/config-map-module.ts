import { defineKind } from '../../kind-module.ts';
import { validateFrozen } from '../config-data.ts';
import { configMapTable } from './config-map-table.ts';
import { validateConfigMap } from './config-map-validation.ts';

/** ConfigMaps (Kubernetes: `pkg/registry/core/configmap`). */
export const configMapModule = defineKind('/ConfigMap', {
  strategy: { validate: validateConfigMap, validateUpdate: validateFrozen },
  table: configMapTable,
});
