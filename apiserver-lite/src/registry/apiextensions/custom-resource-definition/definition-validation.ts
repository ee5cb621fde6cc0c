import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import type { Steps } from '../../../http/in-turns.ts';
import { isSame } from '../../generic/copy-object.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { dns1035Label, dns1123Subdomain } from '../../fields/formats.ts';
import { immutable } from '../../fields/metadata.ts';
import { oneOf } from '../../fields/rules.ts';
import { validateCaBundle } from '../../fields/webhook-client.ts';
import { validateApproval } from './approval.ts';
import { hasAcceptedReview, validateConversion } from './definition-conversion.ts';
import { validateNames, validateRequiredNames } from './definition-names.ts';
import {
  isTooMany,
  validateColumn,
  validateDeprecation,
  validateSelectableFields,
  validateSubresources,
} from './definition-parts.ts';
import { validateDefinitionSchema, type DefinitionDemands } from './definition-schema.ts';
import {
  schemasOf,
  storedSpec,
  storedStatus,
  subresourcesOf,
  type DefinedVersion,
  type DefinitionSpec,
} from './definition.ts';
import { validateDefaults } from './schema/default-values.ts';
import { someSchema, type JsonSchema } from '../../../apiextensions/schema/json-schema.ts';
import { hasSplitSet, validateListMapItems } from './schema/list-type.ts';
import { openApiTypes } from './schema/openapi-schema.ts';
import { printedVersion } from './schema/schema-value.ts';
import { unstructuredReason, validateStructural } from './schema/structural.ts';

/** What is asked of a definition; of a stored one nothing that it fails already. */
interface Demands extends DefinitionDemands {
  everySchema: boolean;
  acceptedReview: boolean;
  validCaBundle: boolean;
  /** The versions whose too many selectable fields are let be; '' stands for those of all. */
  tooManySelectable: ReadonlySet<string>;
  /** The versions whose schema is the stored one. */
  unchangedSchemas: ReadonlySet<string>;
}

const all: Demands = {
  structural: true,
  prunedDefaults: true,
  validTypes: true,
  atomicSets: true,
  wholeListMaps: true,
  everySchema: true,
  acceptedReview: true,
  // The definition is not established yet.
  validCaBundle: false,
  tooManySelectable: new Set(),
  unchangedSchemas: new Set(),
};

/**
 * A new definition (Kubernetes: `ValidateCustomResourceDefinition`); judged in the form in which it is
 * stored.
 */
export function* validateDefinition(object: KubeObject): Steps<FieldError[]> {
  return [
    ...(yield* validateSpec(storedSpec(object), all)),
    ...validateStored(object),
    ...validateApproval(object),
    ...validatePreserve(object),
  ];
}

/** A definition's next state (Kubernetes: `ValidateCustomResourceDefinitionUpdate`). */
export function* validateDefinitionUpdate(object: KubeObject, old: KubeObject): Steps<FieldError[]> {
  const [spec, oldSpec] = [storedSpec(object), storedSpec(old)];
  const demands = demandsAfter(old, object);
  yield;
  const findings = yield* validateSpec(spec, demands);
  const fixed: [string, unknown, unknown][] = [
    ['spec.group', spec.group, oldSpec.group],
    ['spec.names.plural', spec.names?.plural, oldSpec.names?.plural],
  ];
  if (isEstablished(old)) {
    fixed.unshift(
      ['spec.scope', spec.scope, oldSpec.scope],
      ['spec.names.kind', spec.names?.kind, oldSpec.names?.kind],
    );
  }
  for (const [field, value, before] of fixed) {
    if (value !== before) findings.push(invalidValue(field, value ?? '', immutable));
  }
  return [
    ...findings,
    ...validateStored(object),
    ...validateApproval(object, old),
    ...(oldSpec.preserveUnknownFields === true ? [] : validatePreserve(object)),
  ];
}

/** What a definition's status may say (Kubernetes: `ValidateUpdateCustomResourceDefinitionStatus`). */
export function validateDefinitionStatus(object: KubeObject): FieldError[] {
  return validateNames(storedStatus(object).acceptedNames ?? {}, 'status.acceptedNames');
}

function isEstablished(object: KubeObject): boolean {
  return (storedStatus(object).conditions ?? []).some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
}

function demandsAfter(old: KubeObject, object: KubeObject): Demands {
  const before = storedSpec(old);
  const schemas = schemasOf(before);
  const never = (test: (schema: JsonSchema) => boolean) =>
    !schemas.some((schema) => someSchema(schema, test));
  const { caBundle = '' } = before.conversion?.webhookClientConfig ?? {};
  return {
    structural: schemas.every(
      (schema) => unstructuredReason(schema) === undefined && validateStructural(schema, '').length === 0,
    ),
    prunedDefaults: schemas.every((schema) =>
      validateDefaults(schema, '', true).every(
        ({ message }) => !message.endsWith('must not have unknown fields'),
      ),
    ),
    validTypes: never(({ type = '' }) => type !== '' && !openApiTypes.includes(type)),
    atomicSets: never(hasSplitSet),
    wholeListMaps: never((schema) => validateListMapItems(schema, '').length > 0),
    everySchema:
      before.validation?.openAPIV3Schema !== undefined ||
      (before.versions ?? []).every(({ schema }) => schema?.openAPIV3Schema !== undefined),
    acceptedReview: hasAcceptedReview(before.conversion?.conversionReviewVersions),
    validCaBundle: isEstablished(old) && (caBundle === '' || validateCaBundle(caBundle, '').length === 0),
    tooManySelectable: keptSelectable(storedSpec(object), before),
    unchangedSchemas: unchangedSchemas(storedSpec(object), before),
  };
}

/** The schema of a version: its own, or that of all. */
function schemaOfVersion(spec: DefinitionSpec, name: string): JsonSchema | undefined {
  const version = spec.versions?.find((each) => each.name === name);
  return (version?.schema ?? spec.validation)?.openAPIV3Schema;
}

function unchangedSchemas(spec: DefinitionSpec, old: DefinitionSpec): ReadonlySet<string> {
  const names = (spec.versions ?? []).map(({ name = '' }) => name);
  const before = new Set((old.versions ?? []).map(({ name = '' }) => name));
  const kept = names.filter(
    (name) => before.has(name) && isSame(schemaOfVersion(spec, name), schemaOfVersion(old, name)),
  );
  return new Set(kept);
}

function keptSelectable(spec: DefinitionSpec, old: DefinitionSpec): ReadonlySet<string> {
  const whole = { ...old, name: '' };
  const before = new Map([whole, ...(old.versions ?? [])].map((version) => [version.name ?? '', version]));
  const kept = [{ ...spec, name: '' }, ...(spec.versions ?? [])].filter(({ name = '', selectableFields }) => {
    const fields = before.get(name)?.selectableFields;
    return isTooMany(fields) && isSame(fields, selectableFields);
  });
  return new Set(kept.map(({ name = '' }) => name));
}

function* validateSpec(spec: DefinitionSpec, given: Demands): Steps<FieldError[]> {
  const { group = '', versions = [], preserveUnknownFields = false } = spec;
  const findings: FieldError[] = [];
  if (group === '') findings.push(required('spec.group'));
  else if (dns1123Subdomain(group).length > 0) {
    findings.push(invalidValue('spec.group', group, dns1123Subdomain(group).join(',')));
  } else if (!group.includes('.')) {
    findings.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  }
  findings.push(...oneOf('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  findings.push(...validatePresence(spec, given.everySchema));
  const schemas = schemasOf(spec);
  const hasDefaults = schemas.some((schema) =>
    someSchema(schema, (child) => child.default !== undefined && child.default !== null),
  );
  if (hasDefaults && preserveUnknownFields) {
    const detail = 'must be false in order to use defaults in the schema';
    findings.push(invalidValue('spec.preserveUnknownFields', true, detail));
  }
  // Pruning needs structural schemas, and so do defaults.
  const demands = {
    ...given,
    structural: given.structural || !preserveUnknownFields || hasDefaults,
  };
  for (const [index, version] of versions.entries()) {
    findings.push(...(yield* validateVersion(spec, version, `spec.versions[${index}]`, demands)));
    yield;
  }
  const names = versions.map(({ name = '' }) => name);
  const printed = () => spec.versions?.map(printedVersion) ?? null;
  if (new Set(names).size < names.length) {
    findings.push(invalidValue('spec.versions', printed(), 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    findings.push(invalidValue('spec.versions', printed(), detail));
  }
  findings.push(...validateVersionName(spec.version ?? '', 'spec.version'));
  return [
    ...findings,
    ...validateRequiredNames(spec.names ?? {}, 'spec.names'),
    ...(yield* validateShared(spec, demands)),
    ...validateConversion(spec.conversion, 'spec.conversion', demands),
  ];
}

function validateVersionName(name: string, field: string, isRequired = false): FieldError[] {
  const wrong = name === '' && !isRequired ? [] : dns1035Label(name);
  return wrong.length === 0 ? [] : [invalidValue(field, name, wrong.join(','))];
}

/** Every version has a schema; without one, pruning would leave nothing of its objects. */
function validatePresence(spec: DefinitionSpec, everySchema: boolean): FieldError[] {
  if (spec.validation?.openAPIV3Schema !== undefined) return [];
  if (!everySchema && spec.preserveUnknownFields === true) return [];
  return (spec.versions ?? []).flatMap(({ schema, served }, index) =>
    schema?.openAPIV3Schema !== undefined || (!everySchema && served !== true)
      ? []
      : [
          required(
            `spec.versions[${index}].schema.openAPIV3Schema`,
            everySchema ? '' : 'because otherwise all fields are pruned',
          ),
        ],
  );
}

function* validateVersion(
  spec: DefinitionSpec,
  version: DefinedVersion,
  field: string,
  demands: Demands,
): Steps<FieldError[]> {
  const { name = '', deprecated = false, deprecationWarning, selectableFields = [] } = version;
  const schema = version.schema?.openAPIV3Schema;
  const statusEnabled = subresourcesOf(spec, version)?.status !== undefined;
  const findings = [
    ...validateVersionName(name, `${field}.name`, true),
    ...validateDeprecation(deprecated, deprecationWarning, `${field}.deprecationWarning`),
    ...(yield* validateDefinitionSchema(schema, {
      field: `${field}.schema`,
      statusEnabled,
      demands,
      unchanged: demands.unchangedSchemas.has(name),
    })),
    ...validateSubresources(version.subresources, `${field}.subresources`),
    ...(version.additionalPrinterColumns ?? []).flatMap((column, index) =>
      validateColumn(column, `${field}.additionalPrinterColumns[${index}]`),
    ),
  ];
  if (selectableFields.length === 0) return findings;
  const at = `${field}.selectableFields`;
  if (schema === undefined) {
    const detail = 'may only be set when `version.schema.openAPIV3Schema` is not included';
    return [...findings, invalidValue(at, '', detail)];
  }
  const allowTooMany = demands.tooManySelectable.has(name);
  return [...findings, ...validateSelectableFields(selectableFields, { schema, field: at, allowTooMany })];
}

/** What is said once for all versions. */
function* validateShared(spec: DefinitionSpec, demands: Demands): Steps<FieldError[]> {
  const schema = spec.validation?.openAPIV3Schema;
  const versions = spec.versions ?? [];
  const statusEnabled = [spec, ...versions].some(({ subresources }) => subresources?.status !== undefined);
  const findings = [
    ...(yield* validateDefinitionSchema(schema, {
      field: 'spec.validation',
      statusEnabled,
      demands,
      unchanged: demands.unchangedSchemas.has(spec.version ?? ''),
    })),
    ...validateSubresources(spec.subresources, 'spec.subresources'),
    ...(spec.additionalPrinterColumns ?? []).flatMap((column, index) =>
      validateColumn(column, `spec.additionalPrinterColumns[${index}]`),
    ),
  ];
  const { selectableFields = [] } = spec;
  const field = 'spec.selectableFields';
  if (selectableFields.length > 0) {
    if (schema === undefined) {
      findings.push(invalidValue(field, '', 'may only be set when validations.schema is included'));
    } else {
      const allowTooMany = demands.tooManySelectable.has('');
      findings.push(...validateSelectableFields(selectableFields, { schema, field, allowTooMany }));
    }
  }
  const strategy = spec.conversion?.strategy;
  if (spec.preserveUnknownFields === true && strategy !== undefined && strategy !== 'None') {
    const detail = 'must be None if spec.preserveUnknownFields is true';
    findings.push(invalidValue('spec.conversion.strategy', strategy, detail));
  }
  return findings;
}

/** The status remembers every version in which objects may be stored; each is still there. */
function validateStored(object: KubeObject): FieldError[] {
  const { storedVersions } = storedStatus(object);
  const versions = storedSpec(object).versions ?? [];
  const field = 'status.storedVersions';
  const findings = validateDefinitionStatus(object);
  const stored = storedVersions ?? [];
  if (stored.length === 0) {
    return [
      ...findings,
      invalidValue(field, storedVersions ?? null, 'must have at least one stored version'),
    ];
  }
  // Each is asked for once: of two versions of one name the second is not there.
  const unclaimed = new Set(stored);
  for (const { name = '', storage } of versions) {
    if (!unclaimed.delete(name) && storage === true) {
      findings.push(invalidValue(field, stored, `must have the storage version ${name}`));
    }
  }
  const gone = stored.flatMap((name, index) => {
    if (versions.some((version) => (version.name ?? '') === name)) return [];
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    return [invalidValue(`${field}[${index}]`, name, detail)];
  });
  return [...findings, ...gone];
}

function validatePreserve(object: KubeObject): FieldError[] {
  if (storedSpec(object).preserveUnknownFields !== true) return [];
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalidValue('spec.preserveUnknownFields', true, detail)];
}
