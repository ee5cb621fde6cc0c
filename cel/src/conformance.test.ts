import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import { EntryMap } from './collections.ts';
import { createEnvironment } from './create-environment.ts';
import type { FunctionDeclaration } from './library.ts';
import { bindingsLibrary, optionalLibrary, twoVariableLibrary } from './standard/optional.ts';
import { showValue } from './testing/request.ts';
import {
  anyType,
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullableType,
  nullType,
  objectType,
  opaqueType,
  optionalType,
  printType,
  stringType,
  timestampType,
  typeOfType,
  typeParameter,
  typeType,
  uintType,
} from './types.ts';
import { ArrayList, Uint, type Value } from './values.ts';

/** A protobuf message with one field set, as the data of cel-spec has them. */
interface OneOf {
  readonly case?: string | undefined;
  readonly value?: unknown;
}

/** Why a case is not run. */
function reasonToSkip(
  section: string,
  { expr, container, disableCheck }: IncrementalTest['original'],
): string {
  if (disableCheck) return 'expressions are always checked';
  if (/^(string_ext|math_ext|encoders_ext|network_ext|block_ext)\//.test(section))
    return 'functions of libraries';
  return /^(proto|enums)/.test(section) ||
    /TestAllTypes|google\.protobuf|conformance|\bmsg\b/.test(expr + container)
    ? 'protobuf messages'
    : '';
}

/** Cases whose answer is another one here, as it is in the cel-go that Kubernetes has. */
const different: ReadonlyMap<string, string> = new Map([
  ['fields/map_fields/map_bad_key_type_or_true', 'a constant that is no key makes the program impossible'],
  ['fields/map_fields/map_bad_key_type_and_false', 'as above'],
  ['fields/qualified_identifier_resolution/map_value_repeat_key', 'the last value of a repeated key counts'],
  ['fields/qualified_identifier_resolution/map_value_repeat_key_heterogeneous', 'as above'],
  ['optionals/optionals/map_null_entry_no_such_key', 'a field of what has no fields is absent'],
  ['optionals/optionals/map_present_key_invalid_field', 'as above'],
  [
    'type_deductions/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate',
    'null_type in cel-go',
  ],
]);

const primitives = [dynType, boolType, intType, uintType, doubleType, stringType, bytesType];
const wellKnown = [dynType, anyType, timestampType, durationType];

function toType(message: unknown): CelType {
  const { case: kind, value } = (message as { typeKind?: OneOf } | undefined)?.typeKind ?? {};
  const of = value as Record<string, unknown>;
  switch (kind) {
    case 'null':
      return nullType;
    case 'primitive':
      return primitives[value as number]!;
    case 'wrapper':
      return nullableType(primitives[value as number]!);
    case 'wellKnown':
      return wellKnown[value as number]!;
    case 'listType':
      return listType(toType(of['elemType']));
    case 'mapType':
      return mapType(toType(of['keyType']), toType(of['valueType']));
    case 'messageType':
      return objectType(value as string);
    case 'typeParam':
      return typeParameter(value as string);
    case 'type':
      return typeOfType(toType(value));
    case 'abstractType':
      return opaqueType(of['name'] as string, ...(of['parameterTypes'] as unknown[]).map(toType));
    default:
      return dynType;
  }
}

const named = new Map(
  [
    ...primitives,
    ...wellKnown,
    nullType,
    typeType,
    listType(dynType),
    mapType(dynType, dynType),
    optionalType(dynType),
  ].map((type) => [type.name, type]),
);

/** A value; undefined for one with a protobuf message in it. */
function toValue(message: unknown): Value | undefined {
  const { case: kind, value } = (message as { kind?: OneOf } | undefined)?.kind ?? {};
  switch (kind) {
    case 'nullValue':
      return null;
    case 'uint64Value':
      return new Uint(value as bigint);
    case 'listValue': {
      const elements = (value as { values: unknown[] }).values.map(toValue);
      return elements.includes(undefined) ? undefined : new ArrayList(elements as Value[]);
    }
    case 'mapValue': {
      const map = new EntryMap();
      for (const entry of (value as { entries: { key: unknown; value: unknown }[] }).entries) {
        const [key, own] = [toValue(entry.key), toValue(entry.value)];
        if (key === undefined || own === undefined) return undefined;
        map.set(key, own);
      }
      return map;
    }
    case 'typeValue':
      return named.get(value as string) ?? objectType(value as string);
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'int64Value':
    case 'bytesValue':
      return value as Value;
    default:
      return undefined;
  }
}

const base = createEnvironment({
  libraries: [optionalLibrary, twoVariableLibrary, bindingsLibrary],
  escapedFields: true,
});

interface Declaration {
  readonly name: string;
  readonly declKind: OneOf;
}

function environmentOf({ typeEnv, bindings, container }: IncrementalTest['original']) {
  const declarations = typeEnv as readonly Declaration[];
  const variables = new Map<string, CelType>(Object.keys(bindings).map((name) => [name, dynType]));
  const functions: FunctionDeclaration[] = [];
  for (const { name, declKind } of declarations) {
    if (declKind.case === 'ident') variables.set(name, toType((declKind.value as { type: unknown }).type));
    else {
      const { overloads } = declKind.value as {
        overloads: {
          overloadId: string;
          isInstanceFunction: boolean;
          params: unknown[];
          resultType: unknown;
        }[];
      };
      functions.push({
        name,
        overloads: overloads.map(({ overloadId, isInstanceFunction, params, resultType }) => ({
          id: overloadId,
          member: isInstanceFunction,
          parameters: params.map(toType),
          result: toType(resultType),
        })),
      });
    }
  }
  return base.extend({
    variables: [...variables].map(([name, type]) => ({ name, type })),
    libraries: [{ name: 'test', functions }],
    container,
  });
}

/** What the case wants and what there is, as texts; undefined when there is a message in it. */
function outcome(original: IncrementalTest['original']): readonly [string, string] | undefined {
  const { expr, resultMatcher, checkOnly, bindings } = original;
  const matcher = resultMatcher as OneOf;
  const typed =
    matcher.case === 'typedResult' ? (matcher.value as { result?: unknown; deducedType?: unknown }) : {};
  const compiled = environmentOf(original).compile(expr);
  const wantedType = typed.deducedType === undefined ? '' : printType(toType(typed.deducedType));
  const type = wantedType === '' || !compiled.ok ? '' : printType(compiled.expression.resultType);
  if (checkOnly) return [wantedType, compiled.ok ? type : compiled.text];
  let found = 'error';
  if (compiled.ok) {
    const values = new Map<string, Value>();
    for (const [name, binding] of Object.entries(bindings)) {
      const value = toValue((binding.kind as OneOf).value);
      if (value === undefined) return undefined;
      values.set(name, value);
    }
    const { value, error } = compiled.expression.evaluate(values);
    if (error === undefined) found = `${showValue(value)} ${type}`;
  }
  if (matcher.case === 'evalError') return ['error', found];
  const wanted =
    matcher.case === undefined
      ? true
      : toValue(matcher.case === 'typedResult' ? typed.result : matcher.value);
  return wanted === undefined ? undefined : [`${showValue(wanted)} ${wantedType}`, found];
}

function* casesOf(
  suite: IncrementalTestSuite,
  path: string,
): Iterable<readonly [string, IncrementalTest['original']]> {
  for (const { original } of suite.tests) yield [`${path}${original.name}`, original];
  for (const inner of suite.suites) yield* casesOf(inner, `${path}${inner.name}/`);
}

await test("cel-spec's conformance data holds", () => {
  const failed: string[] = [];
  let passed = 0;
  for (const [name, original] of casesOf(getConformanceSuite(), '')) {
    if (reasonToSkip(name, original) !== '') continue;
    const result = outcome(original);
    if (result === undefined) continue;
    if (result[0] === result[1]) passed++;
    else failed.push(name);
  }
  deepEqual(failed.toSorted(), [...different.keys()].toSorted());
  ok(passed >= 1140, `${passed} passed`);
});
