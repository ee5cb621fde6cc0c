import type { AskedRequest } from '../../asked-server.ts';
import type { Ask } from '../../family.ts';

/** The namespace of the requests that policies see. */
export const policedNamespace = 'policed';

const group = '/apis/admissionregistration.k8s.io/v1';

// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** One policy, its bindings, and requests of which it thinks something. */
export interface PolicyCase {
  readonly name: string;
  readonly policy: Json;
  /** Default: one that denies, or for a mutating policy one that says nothing. */
  readonly bindings?: readonly Json[];
  readonly requests: Readonly<Record<string, AskedRequest>>;
}

export type PolicyKind = 'Validating' | 'Mutating';

/** Requests of these kinds, and with the label `case` of the case. */
export function constraints(name: string, resources: readonly string[], more: Json = {}): Json {
  const { operations = ['*'], apiGroups = ['*'], apiVersions = ['*'], ...fields } = more;
  return {
    resourceRules: [{ operations, apiGroups, apiVersions, resources }],
    objectSelector: { matchLabels: { case: name } },
    ...fields,
  };
}

/** A dry run of creating a ConfigMap that belongs to a case. */
export function configMap(name: string, data: Json = {}, metadata: Json = {}): AskedRequest {
  return {
    path: `/api/v1/namespaces/${policedNamespace}/configmaps?dryRun=All`,
    body: { metadata: { name: `${name}-1`, ...metadata, labels: { case: name, ...metadata.labels } }, data },
  };
}

const pathOf = (kind: PolicyKind, what: 'policies' | 'policybindings') =>
  `${group}/${kind.toLowerCase()}admission${what}`;

/** Installs the policies of cases, waits until they act, sends the requests, and takes them away. */
export async function runCases(ask: Ask, kind: PolicyKind, cases: readonly PolicyCase[]): Promise<void> {
  const created: string[] = [];
  const create = async (what: string, path: string, object: Json): Promise<void> => {
    await ask(what, { path, body: object });
    created.unshift(`${path}/${object.metadata.name}`);
  };
  for (const { name, policy, bindings = [{}] } of cases) {
    const constrained = policy.matchConstraints ?? constraints(name, ['configmaps']);
    const mutating = kind === 'Mutating' ? { reinvocationPolicy: 'Never' } : {};
    await create(`${name}: policy`, pathOf(kind, 'policies'), {
      metadata: { name },
      spec: { ...mutating, ...policy, matchConstraints: constrained },
    });
    for (const [index, binding] of bindings.entries()) {
      const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
      await create(`${name}: binding ${index}`, pathOf(kind, 'policybindings'), {
        metadata: { name: `${name}-${index}` },
        spec: { policyName: name, ...actions, ...binding },
      });
    }
  }
  await untilInForce(ask, kind, created);
  for (const { name, requests } of cases) {
    for (const [what, request] of Object.entries(requests)) await ask(`${name}: ${what}`, request);
  }
  for (const path of created) await ask.silently({ method: 'DELETE', path });
}

let sentinels = 0;

/** kube-apiserver looks once a second what changed: a policy that was written last tells when it has. */
async function untilInForce(ask: Ask, kind: PolicyKind, created: string[]): Promise<void> {
  const name = `sentinel-${kind.toLowerCase()}-${sentinels++}`;
  const rules =
    kind === 'Validating'
      ? { validations: [{ expression: 'false', message: name }] }
      : {
          reinvocationPolicy: 'Never',
          mutations: [
            {
              patchType: 'JSONPatch',
              jsonPatch: { expression: `[JSONPatch{op: "add", path: "/data", value: {"s": "${name}"}}]` },
            },
          ],
        };
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  for (const [path, object] of [
    [pathOf(kind, 'policies'), { spec: { ...rules, matchConstraints: constraints(name, ['configmaps']) } }],
    [pathOf(kind, 'policybindings'), { spec: { policyName: name, ...actions } }],
  ] as const) {
    await ask.silently({ path, body: { metadata: { name }, ...object } });
    created.unshift(`${path}/${name}`);
  }
  for (let attempt = 0; attempt < 400; attempt++) {
    const { body } = await ask.silently(configMap(name));
    if (body.toString().includes(kind === 'Validating' ? `: ${name}` : `"s":"${name}"`)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} is not in force after 20 s`);
}
