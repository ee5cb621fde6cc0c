import type { AuthorizationQuestion } from '../authorizer/asked-authorizer.ts';
import { AskedAuthorizer } from '../authorizer/asked-authorizer.ts';
import { authorizerType, authorizerValue, resourceCheckType } from '../authorizer/authorizer-values.ts';
import { jsonPatchLibrary } from '../jsonpatch/jsonpatch-library.ts';
import { kubernetesEnvironment } from '../../kubernetes-environment.ts';
import { perCallCostLimit } from '../../limits.ts';
import { fromJson } from '../../json.ts';
import type { SizeEstimator } from '../../library.ts';
import { dynType, intType, listType, mapType, stringType } from '../../types.ts';
import type { Value } from '../../values.ts';
import { plainValue } from './plain-value.ts';

/** An expression and what kube-apiserver's environment says of it. Null values are absent. */
export interface GoldenCase {
  readonly expr: string;
  readonly issues?: string;
  readonly type?: string;
  readonly estimateMin?: string;
  readonly estimateMax?: string;
  readonly value?: unknown;
  readonly error?: string;
  readonly cost?: number;
}

/** Says what it was asked, allows `get`, and fails for `fail`. */
function answer(question: AuthorizationQuestion) {
  const { serviceAccount: account, verb, path } = question;
  const user =
    account === undefined
      ? 'user=me groups=g1,g2'
      : `user=system:serviceaccount:${account.namespace}:${account.name} groups=system:serviceaccounts,system:serviceaccounts:${account.namespace}`;
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
  const version = path === undefined ? '*' : '';
  const reason = `${user} verb=${verb} path=${path ?? ''} resource=${path === undefined} ${group}/${version}/${resource}/${subresource} ns=${namespace} name=${name} fs=[] ls=`;
  const decision = { allowed: verb === 'get', reason };
  return verb === 'fail' ? { ...decision, error: 'went wrong' } : decision;
}

const environment = kubernetesEnvironment.extend({
  variables: [
    { name: 'authorizer', type: authorizerType },
    { name: 'authorizer.requestResource', type: resourceCheckType },
  ],
});
/** What the expressions of `estimates.json` name, with the sizes that estimates assume. */
const declared = environment.extend({
  variables: [
    { name: 's', type: stringType },
    { name: 'l', type: listType(stringType) },
    { name: 'i', type: listType(intType) },
    { name: 'd', type: dynType },
    { name: 'm', type: mapType(stringType, stringType) },
  ],
});
const values = new Map(
  Object.entries({ s: 'hello, world', l: ['b', 'a', 'c'], i: [3, 1, 2], d: 'x', m: { k: 'v' } }).map(
    ([name, json]) => [name, fromJson(json)],
  ),
);
const assumed = new Map([
  ['s', 100n],
  ['l', 10n],
  ['l.@items', 20n],
  ['i', 50n],
]);
const sizes: SizeEstimator = {
  estimateSize({ path }) {
    const max = assumed.get(path?.join('.') ?? '');
    return max === undefined ? undefined : { min: 0n, max };
  },
};

const withPatches = environment.extend({ libraries: [jsonPatchLibrary] });

/** What our environment says of the expression of a case. */
export function goldenAnswer({ expr }: GoldenCase): GoldenCase {
  const compiled = (expr.startsWith('jsonpatch') ? withPatches : declared).compile(expr);
  if (!compiled.ok) return { expr, issues: compiled.text };
  const { expression } = compiled;
  const { min, max } = expression.estimateCost(sizes);
  const checked = { expr, type: String(expression.resultType), estimateMin: `${min}`, estimateMax: `${max}` };
  if (expression.instantiationError !== undefined) {
    return { ...checked, error: `PROGRAM ${expression.instantiationError.message}` };
  }
  const authorizer = authorizerValue(new AskedAuthorizer({ authorize: answer }));
  const variables = new Map<string, Value>([...values, ['authorizer', authorizer]]);
  const { value, error, cost } = expression.evaluate(variables, { costLimit: perCallCostLimit });
  if (error !== undefined) return { ...checked, error: error.message, cost };
  const plain = plainValue(value);
  return { ...checked, ...(plain === undefined ? {} : { value: plain }), cost };
}
