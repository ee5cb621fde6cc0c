import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { JsonSchema } from '../../../apiextensions/schema/json-schema.ts';

/** What a version, or all of them, say of subresources. */
export interface Subresources {
  status?: object;
  scale?: { specReplicasPath?: string; statusReplicasPath?: string; labelSelectorPath?: string };
}

/** A column that `kubectl get` shows. */
export interface PrinterColumn {
  name?: string;
  type?: string;
  format?: string;
  description?: string;
  priority?: number;
  JSONPath?: string;
}

/** A field that lists can select by. */
export interface SelectableField {
  jsonPath?: string;
}

interface Described {
  subresources?: Subresources;
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: SelectableField[];
}

/** One version of the kind that is defined. */
export interface DefinedVersion extends Described {
  name?: string;
  served?: boolean;
  storage?: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonSchema };
}

/** The names of the kind that is defined. */
export interface DefinedNames {
  plural?: string;
  singular?: string;
  shortNames?: string[];
  kind?: string;
  listKind?: string;
  categories?: string[];
}

/** How objects are turned from one version to another. */
export interface ConversionSpec {
  strategy?: string;
  webhookClientConfig?: {
    url?: string;
    service?: { name?: string; namespace?: string; path?: string; port?: number };
    caBundle?: string;
  };
  conversionReviewVersions?: string[];
}

/** A definition as it is stored (`v1beta1`): what all versions have in common stands once, above them. */
export interface DefinitionSpec extends Described {
  group?: string;
  version?: string;
  names?: DefinedNames;
  scope?: string;
  validation?: { openAPIV3Schema?: JsonSchema };
  versions?: DefinedVersion[];
  conversion?: ConversionSpec;
  preserveUnknownFields?: boolean;
}

/** What is known of a definition. */
export interface DefinitionStatus {
  conditions?: { type?: string; status?: string }[];
  acceptedNames?: DefinedNames;
  storedVersions?: string[] | null;
}

/** The spec of a stored definition. */
export function storedSpec(object: KubeObject): DefinitionSpec {
  return object['spec'] ?? {};
}

/** The status of a stored definition. */
export function storedStatus(object: KubeObject): DefinitionStatus {
  return object['status'] ?? {};
}

/** All schemas of a definition. */
export function schemasOf({ validation, versions = [] }: DefinitionSpec): JsonSchema[] {
  return [validation, ...versions.map(({ schema }) => schema)].flatMap(
    (value) => value?.openAPIV3Schema ?? [],
  );
}

/** The subresources of one version. */
export function subresourcesOf(spec: DefinitionSpec, version: DefinedVersion): Subresources | undefined {
  const isOwn = (spec.versions ?? []).some(({ subresources }) => subresources !== undefined);
  return isOwn ? version.subresources : spec.subresources;
}
