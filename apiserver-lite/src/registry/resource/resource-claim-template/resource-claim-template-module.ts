import { type Fields, existing } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { nameAndAgeTable } from '../../table/name-and-age-table.ts';
import { withAdminAccess } from '../admin-access.ts';
import { defaultClaimSpec } from '../devices/claim-spec-defaults.ts';
import {
  validateResourceClaimTemplate,
  validateResourceClaimTemplateUpdate,
} from '../resource-claim/resource-claim-validation.ts';

/**
 * Fills the defaults of a ResourceClaimTemplate of any version, whose models differ (Kubernetes:
 * `apis/resource/v1/defaults.go`).
 */
function defaultResourceClaimTemplate(object: Fields): void {
  defaultClaimSpec(existing(existing(object, 'spec'), 'spec'));
}

/** ResourceClaimTemplates (Kubernetes: `pkg/registry/resource/resourceclaimtemplate`). */
export const resourceClaimTemplateModule = defineKind('resource.k8s.io/ResourceClaimTemplate', {
  strategy: (dependencies) =>
    withAdminAccess(
      { validate: validateResourceClaimTemplate, validateUpdate: validateResourceClaimTemplateUpdate },
      dependencies,
      ({ spec }) => spec?.spec?.devices?.requests,
    ),
  table: nameAndAgeTable,
  defaults: {
    v1: defaultResourceClaimTemplate,
    v1beta2: defaultResourceClaimTemplate,
    v1beta1: defaultResourceClaimTemplate,
  },
  returnsDeletedObject: true,
});
