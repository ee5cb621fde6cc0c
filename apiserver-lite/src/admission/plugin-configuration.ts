import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** The fields of a configuration: of an object with fields of its own, or whatever stands there. */
export interface ConfigurationFields {
  readonly [name: string]: ConfigurationFields | true;
}

/** What a plugin takes as its configuration. */
export interface ConfigurationType {
  kind: string;
  group: string;
  versions: readonly string[];
  /** Beside `apiVersion` and `kind`. Those of the entries of a list are those of the list. */
  fields: ConfigurationFields;
}

/**
 * The configuration of a plugin, as `T`, whose types nothing checks. Throws an Error for another kind, and
 * for fields that the kind does not have (Kubernetes: strict decoding).
 */
export function pluginConfiguration<T extends object>(configuration: unknown, type: ConfigurationType): T {
  const { apiVersion = '', kind = '' } = (configuration ?? {}) as Record<string, string>;
  if (kind !== type.kind || !type.versions.some((version) => `${type.group}/${version}` === apiVersion)) {
    throw new Error(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`);
  }
  const unknown = unknownFields(configuration, { ...type.fields, apiVersion: true, kind: true }, '');
  if (unknown.length > 0) {
    const fields = unknown.map((path) => `unknown field ${goQuote(path)}`).join(', ');
    throw new Error(`strict decoding error: ${fields}`);
  }
  return configuration as T;
}

function unknownFields(value: unknown, fields: ConfigurationFields, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      unknownFields(item, fields, `${path.replace(/\.$/, '')}[${index}].`),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined) return [`${path}${name}`];
    return known === true ? [] : unknownFields(inner, known, `${path}${name}.`);
  });
}
