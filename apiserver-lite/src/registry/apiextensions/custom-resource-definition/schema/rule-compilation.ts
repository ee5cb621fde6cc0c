import { ruleCostLimit, schemaCostLimit } from '@pg8s/cel/limits';
import { maxUint64 } from '@pg8s/cel/estimate';
import { schemaType } from '@pg8s/cel/schema/schema-type';
import type { FieldError } from '../../../../api-errors/status-error.ts';
import {
  RuleCompiler,
  ruleCost,
  type CompiledRule,
} from '../../../../apiextensions/schema/rules/compile-rule.ts';
import type { Steps } from '../../../../http/in-turns.ts';
import { asSchema, type JsonSchema, type SchemaRule } from '../../../../apiextensions/schema/json-schema.ts';
import { spendExpression } from '../../../fields/expression-budget.ts';
import { forbiddenField, invalidValue } from '../../../fields/field-errors.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';
import { printedRule } from './schema-value.ts';

/** How rules of one schema are judged. */
export interface RuleDemands {
  /** What is wrong with the schema: rules are not compiled where something is at their place or below. */
  readonly schemaFindings: readonly FieldError[];
  /** The schema is the stored one: what a single rule costs is let be. */
  readonly unchanged: boolean;
}

/** What a place inherits from those above it. */
interface Surroundings {
  readonly isRoot: boolean;
  /** How often data can be here at most, by the bounds above; undefined where one of them has none. */
  readonly cardinality: bigint | undefined;
  /** The list or map below which old values cannot be found. */
  readonly uncorrelatable: string | undefined;
}

/**
 * Compiles the rules of a schema that is structural, and judges their costs (Kubernetes:
 * `cel_validation.go`).
 */
export function* validateRuleExpressions(
  schema: JsonSchema,
  field: string,
  demands: RuleDemands,
): Steps<FieldError[]> {
  const judge = new RuleJudge(demands);
  yield* judge.visit(schema, field, { isRoot: true, cardinality: 1n, uncorrelatable: undefined });
  return [...judge.findings, ...judge.judgeTotal(field)];
}

const mapTypes: readonly unknown[] = [undefined, 'granular', 'atomic'];

/** How many children data of this schema has at most, undefined when it has no bound. */
function maxElements({
  type,
  additionalProperties,
  maxProperties,
  maxItems,
}: JsonSchema): bigint | undefined {
  const bound = (value: number | undefined) => (value === undefined ? undefined : BigInt(Math.max(0, value)));
  if (type === 'array') return bound(maxItems);
  return type === 'object' && additionalProperties !== undefined ? bound(maxProperties) : 1n;
}

function product(one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  if (one === undefined || other === undefined) return undefined;
  return one * other > maxUint64 ? maxUint64 : one * other;
}

const advice =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

function costMessage(name: string, cost: bigint, limit: bigint): string {
  const factor = Number(cost) / Number(limit);
  const text = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${name} exceeds budget by factor of ${text} ${advice}`;
}

class RuleJudge {
  readonly findings: FieldError[] = [];
  readonly #demands: RuleDemands;
  #total = 0n;
  #expensive: { field: string; cost: bigint }[] = [];

  constructor(demands: RuleDemands) {
    this.#demands = demands;
  }

  /** What is below is reported first. */
  *visit(schema: JsonSchema, field: string, around: Surroundings): Steps<void> {
    const { properties, additionalProperties, items } = schema;
    const here: Surroundings = {
      ...around,
      isRoot: false,
      cardinality: product(around.cardinality, maxElements(schema)),
    };
    const values = asSchema(additionalProperties);
    if (values !== undefined) yield* this.visit(values, `${field}.additionalProperties`, here);
    const hasFields = mapTypes.includes(schema['x-kubernetes-map-type'] ?? undefined);
    const fields = hasFields ? here : { ...here, uncorrelatable: around.uncorrelatable ?? field };
    for (const [name, child] of sortedEntries(properties)) {
      yield* this.visit(child, `${field}.properties[${name}]`, fields);
    }
    const listed = asSchema(items);
    if (listed !== undefined) {
      const isMap = schema['x-kubernetes-list-type'] === 'map';
      const below = isMap ? here : { ...here, uncorrelatable: around.uncorrelatable ?? field };
      yield* this.visit(listed, `${field}.items`, below);
    }
    const rules = schema['x-kubernetes-validations'] ?? [];
    if (rules.length > 0 && this.#isSound(field)) yield* this.#judgeAll(schema, rules, { field, around });
  }

  #isSound(place: string): boolean {
    return !this.#demands.schemaFindings.some(
      ({ field }) => field === place || field.startsWith(`${place}.`) || field.startsWith(`${place}[`),
    );
  }

  *#judgeAll(
    schema: JsonSchema,
    rules: readonly SchemaRule[],
    { field, around }: { field: string; around: Surroundings },
  ): Steps<void> {
    const at = `${field}.x-kubernetes-validations`;
    const type = schemaType(schema, around.isRoot || schema['x-kubernetes-embedded-resource'] === true);
    if (type === undefined) {
      const message =
        'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
      this.findings.push({ field: at, reason: 'InternalError', message });
      return;
    }
    const compiler = new RuleCompiler(type);
    for (const [index, rule] of rules.entries()) {
      spendExpression(`${rule.rule ?? ''}${rule.messageExpression ?? ''}`);
      this.#judge(compiler.compile(rule), `${at}[${index}]`, around);
      yield;
    }
  }

  #judge(compiled: CompiledRule, field: string, { cardinality, uncorrelatable }: Surroundings): void {
    const { rule, error, messageError, message, messageCost, usesOldSelf } = compiled;
    this.#judgeCost(`${field}.rule`, 'estimated rule cost', ruleCost(compiled, cardinality));
    if (error !== undefined) this.findings.push(invalidValue(`${field}.rule`, printedRule(rule), error));
    if (messageError !== undefined) {
      this.findings.push(invalidValue(`${field}.messageExpression`, printedRule(rule), messageError));
    } else if (message !== undefined) {
      this.#judgeCost(`${field}.messageExpression`, 'estimated messageExpression cost', messageCost);
    }
    if (usesOldSelf && uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
      this.findings.push(invalidValue(`${field}.rule`, rule.rule ?? '', detail));
    } else if (!usesOldSelf && (rule.optionalOldSelf ?? undefined) !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      this.findings.push(invalidValue(`${field}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
  }

  #judgeCost(field: string, name: string, cost: bigint): void {
    if (!this.#demands.unchanged && cost > ruleCostLimit) {
      this.findings.push(forbiddenField(field, costMessage(name, cost, ruleCostLimit)));
    }
    this.#total = this.#total + cost > maxUint64 ? maxUint64 : this.#total + cost;
    if (cost < schemaCostLimit / 100n) return;
    this.#expensive.push({ field, cost });
    // The most expensive four.
    this.#expensive.sort((one, other) => (one.cost === other.cost ? 0 : one.cost > other.cost ? -1 : 1));
    this.#expensive = this.#expensive.slice(0, 4);
  }

  /** What is said when all rules together cost too much. */
  judgeTotal(field: string): FieldError[] {
    if (this.#total <= schemaCostLimit) return [];
    const share = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.#expensive.map((expensive) => forbiddenField(expensive.field, share)),
      forbiddenField(field, costMessage(name, this.#total, schemaCostLimit)),
    ];
  }
}
