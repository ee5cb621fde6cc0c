import { defineKind } from '../../kind-module.ts';
import { controllerRevisionTable } from './controller-revision-table.ts';
import { validateControllerRevision } from './controller-revision-validation.ts';

/** ControllerRevisions (Kubernetes: `pkg/registry/apps/controllerrevision`). */
export const controllerRevisionModule = defineKind('apps/ControllerRevision', {
  strategy: { allowUnconditionalUpdate: true, immutable: ['data'], validate: validateControllerRevision },
  table: controllerRevisionTable,
});
