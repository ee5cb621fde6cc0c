import type { Evaluation, Variables } from '@pg8s/cel/environment';
import { perCallCostLimit, runtimeCostBudget } from '@pg8s/cel/limits';
import { schemaValue } from '@pg8s/cel/schema/schema-value';
import { withTypeAndMetadata } from '@pg8s/cel/schema/structural-schema';
import { optionalNone, OptionalValue, type Result, type Value } from '@pg8s/cel/values';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isJsonObject } from '../../../json/json-value.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  invalidWithoutValue,
  required,
} from '../../../registry/fields/field-errors.ts';
import type { Steps } from '../../../http/in-turns.ts';
import type { CorrelatedValue } from '../correlated-value.ts';
import type { SchemaRule } from '../json-schema.ts';
import { FaultBudget } from '../values/fault-budget.ts';
import type { CompiledRule } from './compile-rule.ts';
import { evaluateMessage } from './message-expression.ts';
import { oldItems } from './old-items.ts';
import { ruleFieldPath } from './rule-field-path.ts';
import type { RuleValidator } from './rule-validator.ts';

/** What is judged, and how. */
export interface RuleOptions {
  /** The object with what is stored now; absent: the object is new. */
  readonly before?: CorrelatedValue | undefined;
  /** Where findings go on parts that are as they were stored. */
  readonly warn?: ((text: string) => void) | undefined;
  /** The cost of all rules together; kube-apiserver's by default. */
  readonly budget?: number;
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** A rule costs that much beside its expression, and what has none a fraction, in units of its cost. */
const costOfRule = 10;
const costOfVisit = 1;
/** One unit is about a quarter of a microsecond. */
const costPerStep = 1000;

/**
 * A rule that costs more is evaluated again, in steps of as much: about two milliseconds. What costs less is
 * evaluated as fast as it can be.
 */
const costAtOnce = 20_000;
const inSteps = { costLimit: perCallCostLimit, costPerStep: costAtOnce };

/** The value at one place, beside the old one. */
interface Place {
  readonly field: string;
  readonly value: unknown;
  readonly old: unknown;
  readonly ratchet: Ratchet;
}

/** Where a rule is evaluated. */
interface Judgement {
  readonly validator: RuleValidator;
  readonly place: Place;
  readonly variables: Variables;
}

/**
 * Whether findings here are only warned about: where the value, or the nearest part above it that can be
 * found in the old object, is unchanged.
 */
class Ratchet {
  readonly #current: CorrelatedValue | undefined;
  readonly #parent: CorrelatedValue | undefined;

  constructor(current: CorrelatedValue | undefined, parent?: CorrelatedValue) {
    this.#current = current;
    this.#parent = parent;
  }

  get isUnchanged(): boolean {
    return (this.#current ?? this.#parent)?.isSame() === true;
  }

  key(name: string): Ratchet {
    if (this.#current === undefined) return this;
    // The version of the stored object cannot be seen: both are converted to the same one.
    if (this.#parent === undefined && (name === 'apiVersion' || name === 'kind'))
      return new Ratchet(undefined);
    return new Ratchet(this.#current.field(name), this.#current);
  }

  index(index: number): Ratchet {
    if (this.#current === undefined) return this;
    return new Ratchet(this.#current.item(index), this.#current);
  }

  /** Within allOf only what is above counts. */
  get above(): Ratchet {
    return new Ratchet(undefined, this.#parent);
  }
}

/** Evaluates the rules of a schema on an object; findings are in the order of the object's fields. */
export function* evaluateRules(
  validator: RuleValidator,
  object: unknown,
  options: RuleOptions,
): Steps<FieldError[]> {
  return yield* new RuleRun(options).judge(validator, object, options.before);
}

/** The root has no path: Go prints none. */
function placed(finding: FieldError): FieldError {
  return finding.field === '' ? { ...finding, field: '<nil>' } : finding;
}

class RuleRun {
  readonly #findings: FieldError[] = [];
  readonly #faults = new FaultBudget();
  readonly #warn: ((text: string) => void) | undefined;
  #budget: number;
  /** Of what was done in this step. */
  #cost = 0;
  /** Set when the budget is used up: nothing more is evaluated. */
  #isOver = false;

  constructor({ warn, budget = runtimeCostBudget }: RuleOptions) {
    this.#warn = warn;
    this.#budget = budget;
  }

  *judge(validator: RuleValidator, value: unknown, before: CorrelatedValue | undefined): Steps<FieldError[]> {
    yield* this.#visit(validator, { field: '', value, old: before?.before, ratchet: new Ratchet(before) });
    return this.#findings.map(placed);
  }

  *#visit(validator: RuleValidator, place: Place): Steps<void> {
    const { value, old, ratchet } = place;
    if (this.#isOver || value === null || value === undefined) return;
    if (validator.hasRules) yield* this.#evaluateAll(validator, place);
    else if (this.#endsStep(costOfVisit)) yield;
    for (const nested of validator.allOf) {
      yield* this.#visit(nested, { ...place, ratchet: ratchet.above });
    }
    if (Array.isArray(value)) yield* this.#visitItems(validator, { ...place, value });
    else if (isJsonObject(value)) {
      const before = isJsonObject(old) ? old : {};
      yield* this.#visitFields(validator, { ...place, value, old: before });
    }
  }

  *#visitItems(
    { items, schema }: RuleValidator,
    { field, value, old, ratchet }: Place & { value: readonly unknown[] },
  ): Steps<void> {
    if (items === undefined) return;
    const before = oldItems(schema, Array.isArray(old) ? old : []);
    for (const [index, item] of value.entries()) {
      yield* this.#visit(items, {
        field: `${field}[${index}]`,
        value: item,
        old: before.find(item),
        ratchet: ratchet.index(index),
      });
    }
  }

  *#visitFields(
    { additional, properties, schema }: RuleValidator,
    { field, value, old, ratchet }: Place & { value: Record<string, unknown>; old: Record<string, unknown> },
  ): Steps<void> {
    const mapType = schema['x-kubernetes-map-type'];
    const isCorrelatable = mapType === undefined || mapType === 'granular' || mapType === 'atomic';
    for (const [name, child] of Object.entries(value)) {
      const validator = additional ?? properties.get(name);
      if (validator === undefined) continue;
      const path = field === '' ? name : `${field}.${name}`;
      yield* this.#visit(validator, {
        field: additional === undefined ? path : `${field}[${name}]`,
        value: child,
        old: isCorrelatable && Object.hasOwn(old, name) ? old[name] : undefined,
        ratchet: ratchet.key(name),
      });
    }
  }

  /** Throws 413. */
  #add(finding: FieldError): void {
    this.#faults.spend(finding);
    this.#findings.push(finding);
  }

  /** Whether what was done since the last step was long enough for one. */
  #endsStep(cost: number): boolean {
    this.#cost += cost;
    if (this.#cost < costPerStep) return false;
    this.#cost = 0;
    return true;
  }

  #stop(finding: FieldError): void {
    this.#add(finding);
    this.#isOver = true;
  }

  *#evaluateAll(validator: RuleValidator, place: Place): Steps<void> {
    const type = validator.schema.type ?? '';
    const rules = validator.rules();
    if (rules === undefined) {
      const detail =
        'rule compiler initialization error: failed to convert to declType for CEL validation rules';
      this.#add(invalidValue(place.field, type, detail));
      return;
    }
    if (this.#budget <= 0) {
      this.#stop(invalidValue(place.field, type, outOfBudget));
      return;
    }
    const schema = validator.isRoot ? withTypeAndMetadata(validator.schema) : validator.schema;
    const read = (json: unknown) => schemaValue(json, schema);
    const self = read(place.value);
    const hasOld = place.old !== undefined && place.old !== null;
    const oldSelf = hasOld && rules.some(({ usesOldSelf }) => usesOldSelf) ? read(place.old) : undefined;
    for (const compiled of rules) {
      if (this.#isOver) return;
      const isOptional = compiled.rule.optionalOldSelf === true;
      // A transition rule is for what was there before, unless it asks for the other case too.
      if (compiled.usesOldSelf && !hasOld && !isOptional) continue;
      const variables = variablesOf(self, isOptional ? asOptional(oldSelf) : oldSelf);
      const at = { validator, place, variables };
      let result = compiled.program?.evaluate(variables, { costLimit: costAtOnce });
      if (result !== undefined && result.cost > costAtOnce) {
        result = yield* compiled.program!.evaluateInSteps(variables, inSteps);
      }
      if (this.#judge(compiled, result, at)) yield* this.#fail(compiled, at);
      if (this.#endsStep(costOfRule)) yield;
    }
  }

  /** Whether the rule is false; where it is worse, that is noted. */
  #judge(compiled: CompiledRule, result: Evaluation | undefined, at: Judgement): boolean {
    const { field } = at.place;
    const type = at.validator.schema.type ?? '';
    if (compiled.error !== undefined) {
      this.#add(invalidValue(field, type, `rule compile error: ${compiled.error}`));
      return false;
    }
    if (result === undefined) return false;
    if (result.cost > this.#budget) {
      this.#stop(invalidValue(field, type, outOfBudget));
      return false;
    }
    this.#budget -= result.cost;
    this.#cost += result.cost;
    if (result.error === undefined) return result.value !== true;
    this.#refuse(result.error.message, compiled.rule, field, type);
    return false;
  }

  /** A rule that ended with an error. */
  #refuse(error: string, rule: SchemaRule, field: string, type: string): void {
    const name = nameOf(rule);
    if (error.startsWith('no such overload')) {
      const detail = `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`;
      this.#add(invalidValue(field, type, detail));
    } else if (error.startsWith('operation cancelled: actual cost limit exceeded')) {
      const detail = `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
      this.#stop(invalidValue(field, type, detail));
    } else {
      this.#add(invalidValue(field, type, `${error} evaluating rule: ${name}`));
    }
  }

  /** A rule that is false. */
  *#fail(compiled: CompiledRule, { validator, place, variables }: Judgement): Steps<void> {
    const { rule, message, usesOldSelf } = compiled;
    const field = place.field + ruleFieldPath(rule, validator.schema, place.field);
    const isWarning = !usesOldSelf && place.ratchet.isUnchanged;
    const add = (finding: FieldError) => {
      if (!isWarning) this.#add(finding);
      else this.#warn?.(`${placed(finding).field}: ${finding.message}`);
    };
    let detail: string | undefined;
    if (message !== undefined) {
      const evaluated = yield* evaluateMessage(message, variables, this.#budget);
      if (evaluated.failure !== undefined) {
        add(invalidValue(field, validator.schema.type ?? '', evaluated.failure));
        this.#isOver = true;
        return;
      }
      this.#budget -= evaluated.cost;
      this.#cost += evaluated.cost;
      detail = evaluated.text;
    }
    add(findingOf(rule, detail ?? messageOf(rule), { field, value: place.value }));
  }
}

function variablesOf(self: Result, oldSelf: Result | undefined): Variables {
  return { get: (name) => (name === 'self' ? self : name === 'oldSelf' ? oldSelf : undefined) };
}

function asOptional(value: Result | undefined): Result {
  return value === undefined ? optionalNone : new OptionalValue(value as Value);
}

/** What a rule is called in findings: its message, or its text. */
function nameOf({ rule = '', message = '' }: SchemaRule): string {
  return (message === '' ? rule : message).trim();
}

function messageOf(rule: SchemaRule): string {
  return (rule.message ?? '') === '' ? `failed rule: ${nameOf(rule)}` : nameOf(rule);
}

function findingOf(
  { reason }: SchemaRule,
  detail: string,
  { field, value }: { field: string; value: unknown },
): FieldError {
  const isWhole = Array.isArray(value) || isJsonObject(value);
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return isWhole
        ? { field, reason: 'FieldValueDuplicate', message: 'Duplicate value' }
        : duplicate(field, value);
    default:
      return isWhole ? invalidWithoutValue(field, detail) : invalidValue(field, value, detail);
  }
}
