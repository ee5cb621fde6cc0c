import type { StatusTraits } from './generic/kind-strategy.ts';
import { validatePolicyStatus } from './validation/admission/policies.ts';
import { validateDefinitionStatus } from './validation/apiextensions/custom-resource-definition.ts';
import { validateFlowConditions } from './validation/flowcontrol/flow-schema.ts';
import { validateResourceClaimStatus } from './validation/resource/resource-claim.ts';
import { validateVolumeAttachmentStatus } from './validation/storage/volume-attachment.ts';

/** What the `status` endpoints of the kinds in `simple-kinds.ts` keep and check; those that are absent keep the spec and check nothing. */
export const statusTraits: Readonly<Record<string, StatusTraits>> = {
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': { validateUpdate: validatePolicyStatus },
  'apiextensions.k8s.io/CustomResourceDefinition': { validateUpdate: validateDefinitionStatus },
  'flowcontrol.apiserver.k8s.io/FlowSchema': { validateUpdate: validateFlowConditions },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': { validateUpdate: validateFlowConditions },
  'resource.k8s.io/ResourceClaim': { validateUpdate: validateResourceClaimStatus },
  'storage.k8s.io/VolumeAttachment': { validateUpdate: validateVolumeAttachmentStatus },
};
