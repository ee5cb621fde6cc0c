import { defineKind } from '../../kind-module.ts';
import { defaultEndpoints } from './endpoints-defaults.ts';
import { endpointsTable } from './endpoints-table.ts';
import { validateEndpoints } from './endpoints-validation.ts';

/** Endpoints (Kubernetes: `pkg/registry/core/endpoints`). */
export const endpointsModule = defineKind('/Endpoints', {
  strategy: { allowCreateOnUpdate: true, validate: validateEndpoints },
  table: endpointsTable,
  defaults: { v1: defaultEndpoints },
  deprecated: { v1: { since: 'v1.33', replacement: 'discovery.k8s.io/v1 EndpointSlice' } },
  gaps: 'subsets stay as they are written, they are not packed',
});
