import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from './command.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

const limits = `
apiVersion: v1
kind: ConfigMap
metadata: {name: limits, namespace: default}
data: {replicas: "3"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  variables:
    - {name: most, expression: 'int(params.data.replicas)'}
  validations:
    - expression: object.spec.replicas <= variables.most
      messageExpression: '"at most " + string(variables.most) + " replicas"'
      reason: Forbidden
    - expression: object.spec.replicas != 2
      message: two is unlucky
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicas}
spec:
  policyName: replicas
  validationActions: [Deny]
  paramRef: {name: limits, parameterNotFoundAction: Deny}
`;

const sidecars = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecars}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
  matchConditions:
    - {name: wanted, expression: '"sidecar" in object.metadata.?labels.orValue({})'}
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: >
          Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
            containers: [Object.spec.template.spec.containers{name: "proxy", image: "proxy:1"}]
          }}}}
    - patchType: JSONPatch
      jsonPatch:
        expression: >
          [JSONPatch{op: "add", path: "/metadata/annotations", value: {}},
           JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/by"), value: request.userInfo.username}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecars}
spec: {policyName: sidecars}
`;

const deployment = (name: string, replicas: number, labels = '{}') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: ${labels}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: 'main:1'}]}
`;

/** Admission policies as somebody uses them who has kubectl. */
describe('admission policies', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const apply = async (name: string, text: string): Promise<string> => {
    const path = join(dataDir.path, `${name}.yaml`);
    await writeFile(path, text);
    return clients.kubectl('apply', '-f', path);
  };
  const refusal = (name: string, text: string): Promise<string> =>
    apply(name, text).then(
      () => '',
      (error: unknown) => String(error),
    );

  test('a policy refuses what its parameters do not allow', async () => {
    await apply('limits', limits);
    await eventually(async () => (await refusal('large', deployment('large', 4))) !== '');
    assert.match(
      await refusal('large', deployment('large', 5)),
      /deployments\.apps "large" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: at most 3 replicas/,
    );
    assert.match(await refusal('unlucky', deployment('unlucky', 2)), /two is unlucky/);
    assert.match(await apply('small', deployment('small', 1)), /deployment\.apps\/small created/);
    assert.match(await refusal('small', deployment('small', 2)), /two is unlucky/);
  });

  test('a change of the parameters acts', async () => {
    await clients.kubectl('patch', 'configmap', 'limits', '-p', '{"data":{"replicas":"9"}}');
    await eventually(async () => (await refusal('large', deployment('large', 5))) === '');
  });

  test('a binding that only warns lets requests pass', async () => {
    const patch = '{"spec":{"validationActions":["Warn"]}}';
    await clients.kubectl(
      'patch',
      'validatingadmissionpolicybinding',
      'replicas',
      '--type=merge',
      '-p',
      patch,
    );
    await eventually(async () => (await refusal('unlucky', deployment('unlucky', 2))) === '');
  });

  test('a policy changes what is created', async () => {
    await apply('sidecars', sidecars);
    const field = (path: string, name: string) =>
      clients.kubectl('get', 'deployment', name, '-o', `jsonpath=${path}`);
    const containers = '{.spec.template.spec.containers[*].name}';
    await eventually(async () => {
      await clients.kubectl('delete', 'deployment', 'meshed', '--ignore-not-found');
      await apply('meshed', deployment('meshed', 1, '{sidecar: "yes"}'));
      return (await field(containers, 'meshed')) === 'main proxy';
    });
    assert.equal(await field('{.metadata.annotations.example\\.com/by}', 'meshed'), 'kubernetes-admin');
    assert.equal(await field(containers, 'small'), 'main');
  });

  test('metrics count what policies say', async () => {
    const metrics = await clients.kubectl('get', '--raw', '/metrics');
    assert.match(
      metrics,
      /apiserver_validating_admission_policy_check_total\{enforcement_action="deny",error_type="invalid_error",policy="replicas",policy_binding="replicas"\} [1-9]/,
    );
    assert.match(
      metrics,
      /apiserver_mutating_admission_policy_check_total\{error_type="no_error",policy="sidecars",policy_binding="sidecars"\} [1-9]/,
    );
  });
});
