import { type SchemaType, schemaType } from '@pg8s/cel/schema/schema-type';
import { escapeFieldName } from '@pg8s/cel/schema/field-names';
import type { RuleMetrics } from '../../../metrics/definition-metrics.ts';
import { asSchema, type JsonSchema, propertyOf } from '../json-schema.ts';
import { type CompiledRule, RuleCompiler } from './compile-rule.ts';

/**
 * The rules of a schema and of those below it, where there are any. Rules are compiled when an object is
 * first judged by them (apiextensions-apiserver: `schema/cel.Validator`).
 */
export interface RuleValidator {
  readonly schema: JsonSchema;
  readonly isRoot: boolean;
  /**
   * Throws never; a rule that does not compile says so itself. Undefined: the schema has no type for
   * expressions.
   */
  readonly rules: () => readonly CompiledRule[] | undefined;
  readonly hasRules: boolean;
  readonly allOf: readonly RuleValidator[];
  readonly properties: ReadonlyMap<string, RuleValidator>;
  readonly additional: RuleValidator | undefined;
  readonly items: RuleValidator | undefined;
}

/**
 * A part of a schema: what is said there, and the schema that it is said about. They differ within `allOf`.
 */
interface Part {
  readonly said: JsonSchema;
  readonly about: JsonSchema;
  readonly isRoot: boolean;
  readonly type: SchemaType | undefined;
  readonly metrics: RuleMetrics | undefined;
}

const rulesOf = (schema: JsonSchema) => schema['x-kubernetes-validations'] ?? [];
const isEmbedded = (schema: JsonSchema) => schema['x-kubernetes-embedded-resource'] === true;

/** Whether a schema has rules outside of `allOf` and the like. */
function hasRules(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return false;
  return (
    rulesOf(schema).length > 0 ||
    hasRules(asSchema(schema.items)) ||
    hasRules(asSchema(schema.additionalProperties)) ||
    Object.values(schema.properties ?? {}).some(hasRules)
  );
}

/** The rules of a resource's schema; undefined where there are none. */
export function ruleValidator(schema: JsonSchema, metrics?: RuleMetrics): RuleValidator | undefined {
  if (!hasRules(schema)) return undefined;
  const type = schemaType(schema, true);
  return validatorOf({ said: schema, about: schema, isRoot: true, type, metrics });
}

function validatorOf(part: Part): RuleValidator | undefined {
  const { said, about, isRoot } = part;
  const properties = propertiesOf(part);
  const items = childOf(part, asSchema(said.items), asSchema(about.items));
  const additional = childOf(part, asSchema(said.additionalProperties), asSchema(about.additionalProperties));
  const allOf = (said.allOf ?? []).flatMap((nested) => validatorOf({ ...part, said: nested }) ?? []);
  const own = rulesOf(said);
  if (own.length + properties.size + allOf.length === 0 && items === undefined && additional === undefined) {
    return undefined;
  }
  let compiled: readonly CompiledRule[] | undefined;
  const rules = () => {
    if (part.type === undefined) return undefined;
    if (compiled === undefined) {
      const startedMs = performance.now();
      const compiler = new RuleCompiler(part.type);
      compiled = own.map((rule) => compiler.compile(rule));
      part.metrics?.compiled((performance.now() - startedMs) / 1000);
    }
    return compiled;
  };
  return { schema: about, isRoot, rules, hasRules: own.length > 0, allOf, properties, additional, items };
}

function childOf(
  { type, metrics }: Part,
  said: JsonSchema | undefined,
  about: JsonSchema | undefined,
): RuleValidator | undefined {
  if (said === undefined || about === undefined) return undefined;
  return validatorOf({ said, about, isRoot: isEmbedded(about), type: type?.element, metrics });
}

function propertiesOf({ said, about, type, metrics }: Part): ReadonlyMap<string, RuleValidator> {
  const validators = new Map<string, RuleValidator>();
  for (const [name, property] of Object.entries(said.properties ?? {})) {
    // Only what is on the schema's structural spine can be judged.
    const node = propertyOf(about, name);
    if (node === undefined) continue;
    const identifier = escapeFieldName(name);
    // A name that expressions cannot write has a type all the same; fields without a type are left out.
    const fieldType =
      identifier === undefined ? schemaType(node, isEmbedded(node)) : type?.fields?.get(identifier);
    if (fieldType === undefined) continue;
    const part = { said: property, about: node, isRoot: isEmbedded(node), type: fieldType, metrics };
    const validator = validatorOf(part);
    if (validator !== undefined) validators.set(name, validator);
  }
  return validators;
}
