import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { serviceCidrTable } from './service-cidr-table.ts';
import { validateServiceCidr, validateServiceCidrUpdate } from './service-cidr-validation.ts';

/** ServiceCIDRs (Kubernetes: `pkg/registry/networking/servicecidr`). */
export const serviceCidrModule = defineKind('networking.k8s.io/ServiceCIDR', {
  strategy: {
    emptyStatus: {},
    metadataChecksOnUpdate: ['change'],
    validate: validateServiceCidr,
    validatedOnce: true,
    validateUpdate: validateServiceCidrUpdate,
  },
  status: { keepMetadata: writableMetadata },
  table: serviceCidrTable,
  actors: [{ name: 'service-cidr-controller', effect: 'the range gets no conditions' }],
  gaps: 'not protected while addresses of them are in use',
});
