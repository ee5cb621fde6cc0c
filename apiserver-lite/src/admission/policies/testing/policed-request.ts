import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { PolicyCheck } from '../../../metrics/policy-metrics.ts';
import { uncountedAdmission } from '../../../metrics/admission-metrics.ts';
import type { ReinvocationContext, AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { admissionAttributes } from '../../testing/admission-attributes.ts';
import { pluginDependencies, type TestDependencies } from '../../testing/plugin-dependencies.ts';

const group = 'admissionregistration.k8s.io';

/** Objects in memory, and what was counted of policies. */
export interface PolicedServer {
  readonly dependencies: TestDependencies;
  /** `policy binding error_type action`, as often as it was counted. */
  readonly counted: string[];
}

/** A policy for ConfigMaps, and a binding of it. */
export function policyObjects(
  kind: 'Validating' | 'Mutating',
  name: string,
  { spec, binding = {} }: { spec: object; binding?: object },
): Readonly<Record<string, readonly KubeObject[]>> {
  const resourceRules = [
    { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['configmaps'] },
  ];
  const matchConstraints = {
    resourceRules,
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
  };
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  const object = (of: string, ownName: string, ownSpec: object): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: of,
    metadata: { name: ownName, uid: ownName, generation: 1 },
    spec: ownSpec,
  });
  return {
    [`${kind.toLowerCase()}admissionpolicies.${group}`]: [
      object(`${kind}AdmissionPolicy`, name, { matchConstraints, failurePolicy: 'Fail', ...spec }),
    ],
    [`${kind.toLowerCase()}admissionpolicybindings.${group}`]: [
      object(`${kind}AdmissionPolicyBinding`, `${name}-binding`, {
        policyName: name,
        ...actions,
        ...binding,
      }),
    ],
  };
}

/** A server in memory that has these objects, and the namespace `default`. */
export function policedServer(objects: Readonly<Record<string, readonly KubeObject[]>>): PolicedServer {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  const counted: string[] = [];
  const note = ({ policy, binding, errorType }: PolicyCheck, action: string) =>
    counted.push(`${policy} ${binding} ${errorType} ${action}`);
  const policies = { validated: note, mutated: (check: PolicyCheck) => note(check, 'mutate') };
  return {
    dependencies: {
      ...pluginDependencies({ namespaces: [namespace], ...objects }),
      metrics: { ...uncountedAdmission, policies },
    },
    counted,
  };
}

/** What became of a request. */
export interface PolicedAnswer {
  readonly object: KubeObject | undefined;
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly reinvocation: ReinvocationContext;
}

/** Asks a plugin about creating a ConfigMap. Rejects with its refusal. */
export async function askAbout(
  plugin: AdmissionPlugin,
  data: Record<string, unknown>,
  more: Partial<AdmissionAttributes> = {},
): Promise<PolicedAnswer> {
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'default' },
    data,
  };
  const attributes = admissionAttributes({
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    namespace: 'default',
    name: 'c',
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    object,
    user: { name: 'jane', groups: [] },
    annotate: (key: string, value: string) => void (annotations[key] ??= value),
    warn: (text: string) => void warnings.push(text),
    ...more,
  });
  await plugin.start?.();
  await plugin.admit?.(attributes);
  await plugin.validate?.(attributes);
  return { object: attributes.object, warnings, annotations, reinvocation: attributes.reinvocation };
}
