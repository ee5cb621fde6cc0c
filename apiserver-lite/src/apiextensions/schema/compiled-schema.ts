import type { FieldError } from '../../api-errors/status-error.ts';
import type { Steps } from '../../http/in-turns.ts';
import type { RuleMetrics } from '../../metrics/definition-metrics.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { conformObject, type ConformOptions } from './conform-object.ts';
import { applySchemaDefaults } from './defaults.ts';
import type { JsonSchema } from './json-schema.ts';
import { pruneDefaults } from './prune-defaults.ts';
import { ruleValidator } from './rules/rule-validator.ts';
import { schemaNode, type SchemaNode } from './schema-node.ts';
import { validateCustomObject, validateCustomStatus, type Judged } from './validate-object.ts';

/**
 * What the schema of one version of a definition does to objects. All changes are made in the object itself.
 */
export interface CompiledSchema {
  /** As the definition has it; undefined: it has none, which prunes everything but metadata. */
  readonly schema: JsonSchema | undefined;
  /** The schema as walks see it. */
  readonly root: SchemaNode | undefined;
  /**
   * Prunes, drops nulls, and reads metadata, its own and that of embedded objects. Answers with the paths of
   * unknown fields, if they are asked for. Throws DecodeError.
   */
  conform(object: JsonObject, options?: ConformOptions): readonly string[];
  /** Sets defaults: of what was sent, of what was read from storage, and of what was converted. */
  applyDefaults(object: JsonObject): void;
  /**
   * All findings on a new or updated object, in kube-apiserver's order: those on metadata, which the caller
   * brings, on values, on the numbers of the scale, on embedded objects, on lists, and of rules.
   */
  validate(object: JsonObject, judged: Judged): Steps<FieldError[]>;
  /** All findings on an object that was sent to its status. */
  validateStatus(object: JsonObject, judged: Judged & { old: JsonObject }): Steps<FieldError[]>;
}

/**
 * Makes all that is needed of a schema, once for each version of a definition. `metrics`: what its rules
 * count.
 */
export function compileSchema(schema: JsonSchema | undefined, metrics?: RuleMetrics): CompiledSchema {
  const root = schema === undefined ? undefined : schemaNode(schema);
  if (root !== undefined) pruneDefaults(root);
  const rules = schema === undefined ? undefined : ruleValidator(schema, metrics);
  return {
    schema,
    root,
    conform: (object, options) => conformObject(object, root, options),
    applyDefaults: (object) => applySchemaDefaults(object, root),
    validate: (object, judged) => validateCustomObject(object, root, { ...judged, rules, metrics }),
    validateStatus: (object, judged) => validateCustomStatus(object, root, { ...judged, rules, metrics }),
  };
}
