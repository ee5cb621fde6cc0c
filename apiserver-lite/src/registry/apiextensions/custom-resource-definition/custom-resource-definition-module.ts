import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { defaultCustomResourceDefinition } from './custom-resource-definition-defaults.ts';
import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './definition-validation.ts';
import { customResourceDefinitionConversion } from './definition-versions.ts';
import { formatWarnings } from './format-warnings.ts';
import { recordStoredVersion } from './stored-versions.ts';

/** CustomResourceDefinitions (apiextensions-apiserver: `pkg/registry/customresourcedefinition`). */
export const customResourceDefinitionModule = defineKind('apiextensions.k8s.io/CustomResourceDefinition', {
  strategy: {
    emptyStatus: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
    generation: ['spec'],
    allowUnconditionalUpdate: false,
    prepareForCreate: recordStoredVersion,
    prepareForUpdate: recordStoredVersion,
    standardFinalizers: false,
    metadataChecksOnUpdate: ['change'],
    validate: validateDefinition,
    validatedOnce: true,
    validateUpdate: validateDefinitionUpdate,
    warningsOnCreate: (object) => formatWarnings(object),
    warningsOnUpdate: formatWarnings,
  },
  status: { validateUpdate: validateDefinitionStatus },
  table: defaultTable,
  defaults: { v1: defaultCustomResourceDefinition },
  actors: [{ name: 'custom resources', effect: 'objects of this kind cannot be created' }],
  conversions: { v1: customResourceDefinitionConversion },
  gaps: 'kept; the resources that they define are not served; the expressions of `x-kubernetes-validations` are not compiled',
});
