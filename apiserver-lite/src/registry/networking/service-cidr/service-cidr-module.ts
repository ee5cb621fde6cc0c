import type { V1ServiceCIDR } from '@pg8s/k8s-proto/generated/models';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateServiceCidr, validateServiceCidrUpdate } from './service-cidr-validation.ts';

const serviceCidrTable = tableOf<V1ServiceCIDR>([
  nameColumn(),
  column('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn(),
]);

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
