import { fillSpec } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { resourcePoolStatusRequestTable } from './resource-pool-status-request-table.ts';

/** ResourcePoolStatusRequests (Kubernetes: `pkg/registry/resource/resourcepoolstatusrequest`). */
export const resourcePoolStatusRequestModule = defineKind('resource.k8s.io/ResourcePoolStatusRequest', {
  table: resourcePoolStatusRequestTable,
  defaults: { v1alpha3: fillSpec({ limit: 100 }) },
  returnsDeletedObject: true,
});
