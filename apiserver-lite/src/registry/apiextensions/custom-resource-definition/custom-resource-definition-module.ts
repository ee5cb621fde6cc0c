import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { inTurns } from '../../../http/in-turns.ts';
import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { definitionDelete } from './definition-delete.ts';
import { definitionName } from './definition-names.ts';
import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './definition-validation.ts';
import { customResourceDefinitionConversion } from './definition-versions.ts';
import { schemasOf, storedSpec } from './definition.ts';
import { someSchema } from '../../../apiextensions/schema/json-schema.ts';
import { isKnownFormat } from '../../../apiextensions/schema/values/formats/formats.ts';
import { recordStoredVersion } from './stored-versions.ts';

/** Fills the defaults of a CustomResourceDefinition (Kubernetes: `apis/apiextensions/v1/defaults.go`). */
function defaultCustomResourceDefinition(object: Fields): void {
  const spec = child(object, 'spec');
  const names = existing(spec, 'names');
  if (names !== undefined) {
    const kind = String(names['kind'] ?? '');
    fillText(names, { singular: kind.toLowerCase() });
    if (kind !== '') fillText(names, { listKind: `${kind}List` });
  }
  fill(spec, { conversion: { strategy: 'None' } });
  const service = existing(
    existing(existing(existing(spec, 'conversion'), 'webhook'), 'clientConfig'),
    'service',
  );
  if (service !== undefined) fill(service, { port: 443 });
  const stored = items(spec, 'versions').find((version) => version['storage'] === true);
  const status = child(object, 'status');
  if (stored !== undefined && !Array.isArray(status['storedVersions'])) {
    status['storedVersions'] = [stored['name']];
  }
}

function unknownFormats(object: KubeObject): string[] {
  const found: string[] = [];
  for (const schema of schemasOf(storedSpec(object))) {
    someSchema(schema, ({ type = '', format = '' }) => {
      if (format !== '' && !isKnownFormat(type, format)) found.push(format);
      return false;
    });
  }
  return found;
}

/**
 * Formats that mean nothing to the server are allowed with a warning; those that were stored before get none.
 */
function formatWarnings(object: KubeObject, old?: KubeObject): string[] {
  const known = new Set(old === undefined ? [] : unknownFormats(old));
  return unknownFormats(object)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${goQuote(format)}`);
}

/** CustomResourceDefinitions (apiextensions-apiserver: `pkg/registry/customresourcedefinition`). */
export const customResourceDefinitionModule = defineKind('apiextensions.k8s.io/CustomResourceDefinition', {
  strategy: {
    validateName: definitionName,
    emptyStatus: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
    generation: ['spec'],
    allowUnconditionalUpdate: false,
    prepareForCreate: recordStoredVersion,
    prepareForUpdate: recordStoredVersion,
    standardFinalizers: false,
    metadataChecksOnUpdate: ['change'],
    validate: (object) => inTurns(validateDefinition(object)),
    validatedOnce: true,
    validateUpdate: (object, old) => inTurns(validateDefinitionUpdate(object, old)),
    warningsOnCreate: (object) => formatWarnings(object),
    warningsOnUpdate: formatWarnings,
  },
  status: { hasNoTable: true, validateUpdate: validateDefinitionStatus },
  verbs: (store, clock) => ({ delete: definitionDelete(store, clock) }),
  table: defaultTable,
  defaults: { v1: defaultCustomResourceDefinition },
  conversions: { v1: customResourceDefinitionConversion },
});
