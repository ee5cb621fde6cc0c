import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { JsonObject } from '../../json/json-value.ts';
import type { RuleMetrics } from '../../metrics/definition-metrics.ts';
import type { Definition } from '../definition.ts';
import { compileSchema, type CompiledSchema } from '../schema/compiled-schema.ts';
import type { ConformOptions } from '../schema/conform-object.ts';
import type { JsonSchema } from '../schema/json-schema.ts';

const noSchema = compileSchema(undefined);

/**
 * The schemas of a definition's versions, each compiled when an object of the version is first read or
 * written.
 */
export class VersionSchemas {
  readonly #group: string;
  readonly #kind: string;
  readonly #preservesUnknown: boolean;
  readonly #schemas: ReadonlyMap<string, JsonSchema | undefined>;
  readonly #compiled = new Map<string, CompiledSchema>();
  readonly #metrics: RuleMetrics | undefined;

  /** `metrics`: what rules count. */
  constructor({ spec, status }: Definition, metrics?: RuleMetrics) {
    this.#metrics = metrics;
    this.#group = spec.group;
    this.#kind = status?.acceptedNames?.kind ?? spec.names.kind;
    this.#preservesUnknown = spec.preserveUnknownFields === true;
    this.#schemas = new Map(
      spec.versions.map(({ name, schema }) => [name, schema?.openAPIV3Schema as JsonSchema | undefined]),
    );
  }

  /** The schema of a version; of another one, that which knows no field. */
  of(version: string): CompiledSchema {
    let compiled = this.#compiled.get(version);
    if (compiled === undefined) {
      if (!this.#schemas.has(version)) return noSchema;
      compiled = compileSchema(this.#schemas.get(version), this.#metrics);
      this.#compiled.set(version, compiled);
    }
    return compiled;
  }

  /**
   * Brings an object into the form of the schema of the version that it says it is of, and answers with the
   * fields that it does not know. Of what is not of the kind, only the metadata is looked at. Throws
   * DecodeError.
   */
  conform(object: KubeObject, options: ConformOptions = {}): readonly string[] {
    const version = this.#versionOf(object);
    const preserveUnknown = this.#preservesUnknown || version === undefined;
    const schema = version === undefined ? noSchema : this.of(version);
    return schema.conform(object as unknown as JsonObject, { ...options, preserveUnknown });
  }

  /** Fills in the defaults of the version that the object says it is of. */
  applyDefaults(object: KubeObject): void {
    const version = this.#versionOf(object);
    if (version !== undefined) this.of(version).applyDefaults(object as unknown as JsonObject);
  }

  /** Undefined for an object of another kind. */
  #versionOf({ apiVersion, kind }: KubeObject): string | undefined {
    const { group, version } = groupVersionOf(apiVersion);
    return group === this.#group && kind === this.#kind ? version : undefined;
  }
}
