import { createEnvironment } from '../create-environment.ts';
import type { Environment } from '../environment.ts';
import { formatDouble } from '../go-numbers.ts';
import { fromJson } from '../json.ts';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import { bindingsLibrary, optionalLibrary, twoVariableLibrary } from '../standard/optional.ts';
import { formatTimestamp } from '../standard/time.ts';
import {
  anyType,
  boolType,
  bytesType,
  CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullableType,
  nullType,
  objectType,
  optionalType,
  printType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from '../types.ts';
import {
  ArrayList,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';

/**
 * An expression with what it may use, as the program `test-e2e/go/cel-oracle` reads it, and the answer as
 * that program writes it: what is right is what Kubernetes' own CEL says.
 */
export interface ExpressionRequest {
  readonly expr: string;
  /** `kube` as Kubernetes has it, `std` as cel-go has it with all that the package has. */
  readonly env?: 'kube' | 'std';
  readonly vars?: Readonly<Record<string, { readonly type: string; readonly value?: unknown }>>;
  /** Object types: the types of their fields. */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Sizes by path: `self.items.@items`, smallest and largest. */
  readonly sizes?: Readonly<Record<string, readonly [string, string]>>;
  readonly limit?: number;
}

/** What the oracle says. */
export interface ExpressionAnswer {
  readonly issues?: string;
  readonly type?: string;
  readonly estimate?: readonly [string, string];
  readonly programError?: string;
  readonly value?: string;
  readonly error?: string;
  readonly cost?: number;
}

const primitives: Readonly<Record<string, CelType>> = {
  int: intType,
  uint: uintType,
  double: doubleType,
  string: stringType,
  bytes: bytesType,
  bool: boolType,
  null: nullType,
  dyn: dynType,
  any: anyType,
  timestamp: timestampType,
  duration: durationType,
  type: typeType,
};

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(begin, index));
      begin = index + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** A type by its name: `map(string, list(int))`. */
export function parseType(text: string): CelType {
  const name = text.trim();
  const match = /^(\w+)\((.*)\)$/.exec(name);
  if (match === null) return primitives[name] ?? objectType(name);
  const [first, second] = splitArguments(match[2]!).map(parseType);
  switch (match[1]) {
    case 'list':
      return listType(first!);
    case 'map':
      return mapType(first!, second!);
    case 'wrapper':
      return nullableType(first!);
    default:
      return optionalType(first!);
  }
}

/** JSON in which `{"@uint": "5"}` and the like stand for what JSON has not. */
class TaggedMap extends MapValue {
  readonly #json: Readonly<Record<string, unknown>>;

  constructor(json: Readonly<Record<string, unknown>>) {
    super();
    this.#json = json;
  }

  get size(): number {
    return Object.keys(this.#json).length;
  }

  find(key: Value): Value | undefined {
    return typeof key === 'string' && Object.hasOwn(this.#json, key) ? toValue(this.#json[key]) : undefined;
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#json);
  }
}

/** The value that tagged JSON stands for. */
export function toValue(json: unknown): Value {
  if (Array.isArray(json)) return new ArrayList(json.map(toValue));
  if (typeof json !== 'object' || json === null) return fromJson(json);
  const [entry, ...others] = Object.entries(json);
  if (entry !== undefined && others.length === 0 && typeof entry[1] === 'string') {
    const [tag, text] = entry as [string, string];
    if (tag === '@uint') return new Uint(BigInt(text));
    if (tag === '@int') return BigInt(text);
    if (tag === '@double') return Number(text);
    if (tag === '@bytes') return new Uint8Array(Buffer.from(text, 'base64'));
  }
  return new TaggedMap(json as Readonly<Record<string, unknown>>);
}

/** A value as the oracle writes it. */
export function showValue(value: Value): string {
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return `double(${formatDouble(value)})`;
    case 'string':
      return JSON.stringify(value);
    default:
  }
  if (value === null) return 'null';
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b:${Buffer.from(value).toString('base64')}`;
  if (value instanceof Timestamp) {
    return `timestamp(${formatTimestamp(new Timestamp(value.seconds, value.nanos))})`;
  }
  if (value instanceof Duration) return `duration(${value.nanos})`;
  if (value instanceof CelType) return `type(${value.name})`;
  if (value instanceof OptionalValue) {
    return value.value === undefined ? 'optional.none()' : `optional(${showValue(value.value)})`;
  }
  if (value instanceof ListValue) {
    return `[${Array.from({ length: value.size }, (_, index) => showValue(value.get(index))).join(', ')}]`;
  }
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => `${showValue(key)}: ${showValue(value.find(key)!)}`);
    return `{${entries.toSorted().join(', ')}}`;
  }
  return value.type.name;
}

const environments: Readonly<Record<'kube' | 'std', Environment>> = {
  kube: kubernetesEnvironment,
  std: createEnvironment({
    libraries: [optionalLibrary, twoVariableLibrary, bindingsLibrary],
    escapedFields: true,
  }),
};

function lastOf<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** What this package says, in the oracle's form. `costPerStep`: it is evaluated in steps. */
export function answer(request: ExpressionRequest, costPerStep?: number): ExpressionAnswer {
  const variables = Object.entries(request.vars ?? {});
  const objects = request.objects ?? {};
  const environment = environments[request.env ?? 'kube'].extend({
    variables: variables.map(([name, { type }]) => ({ name, type: parseType(type) })),
    types: {
      findObject(name) {
        if (!Object.hasOwn(objects, name)) return undefined;
        const fields = objects[name]!;
        return {
          name,
          field: (field) => (Object.hasOwn(fields, field) ? parseType(fields[field]!) : undefined),
        };
      },
    },
  });
  const compiled = environment.compile(request.expr);
  if (!compiled.ok) return { issues: compiled.text };
  const { expression } = compiled;
  const estimated = expression.estimateCost({
    estimateSize({ path }) {
      const size = path === undefined ? undefined : request.sizes?.[path.join('.')];
      return size === undefined ? undefined : { min: BigInt(size[0]), max: BigInt(size[1]) };
    },
  });
  const known = {
    type: printType(expression.resultType),
    estimate: [String(estimated.min), String(estimated.max)] as const,
  };
  const failure = expression.instantiationError;
  if (failure !== undefined) return { ...known, programError: failure.message };
  const values = new Map<string, Value>();
  for (const [name, { value }] of variables) if (value !== undefined) values.set(name, toValue(value));
  const options = { costLimit: request.limit ?? 1_000_000 };
  const { value, error, cost } =
    costPerStep === undefined
      ? expression.evaluate(values, options)
      : lastOf(expression.evaluateInSteps(values, { ...options, costPerStep }));
  return {
    ...known,
    ...(error === undefined ? { value: showValue(value) } : { error: error.message }),
    cost,
  };
}
