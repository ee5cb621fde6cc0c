import { defineKind } from '../../kind-module.ts';
import { defaultRuntimeClass } from './runtime-class-defaults.ts';
import { runtimeClassTable } from './runtime-class-table.ts';
import { validateRuntimeClass } from './runtime-class-validation.ts';
import { runtimeClassWarnings } from './runtime-class-warnings.ts';

/** RuntimeClasses (Kubernetes: `pkg/registry/node/runtimeclass`). */
export const runtimeClassModule = defineKind('node.k8s.io/RuntimeClass', {
  strategy: {
    allowUnconditionalUpdate: false,
    allowCreateOnUpdate: true,
    immutable: ['handler'],
    standardFinalizers: false,
    metadataChecksOnUpdate: ['whole', 'change'],
    validate: validateRuntimeClass,
    warnings: runtimeClassWarnings,
  },
  table: runtimeClassTable,
  defaults: { v1: defaultRuntimeClass },
  gaps: 'overhead and scheduling are not put into Pods',
});
