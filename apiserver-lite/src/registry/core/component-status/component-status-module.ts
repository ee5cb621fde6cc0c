import { defineKind } from '../../kind-module.ts';
import { componentStatusRest } from './component-status-rest.ts';

/** ComponentStatuses (Kubernetes: `pkg/registry/core/componentstatus`). */
export const componentStatusModule = defineKind('/ComponentStatus', {
  serve: (resource, { componentProbes }) => componentStatusRest(resource, componentProbes),
  deprecated: { v1: { since: 'v1.19' } },
});
