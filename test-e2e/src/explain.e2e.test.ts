import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attempt, run } from './command.ts';
import { obtainClients } from './clients/obtain.ts';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';

interface ResourceList {
  groupVersion: string;
  resources: { name: string; kind: string; group?: string }[];
}

/** How many kubectls run at once; they are short, and this test should be too. */
const parallel = 3;

/** What stock clients read from OpenAPI: `kubectl explain`, and the check of manifests. */
describe('kubectl explain and --validate', () => {
  let pg8s: RunningPg8s;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let env: NodeJS.ProcessEnv;
  let kubectls: string[];
  let versions: ResourceList[];

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path);
    env = await pg8s.clientEnv();
    const { kubectl } = await obtainClients();
    const cached = resolve(projectRoot, '.cache/clients/kubectl');
    kubectls = existsSync(cached) && cached !== kubectl ? [kubectl, cached] : [kubectl];
    const raw = async <T>(path: string): Promise<T> =>
      JSON.parse(await run(kubectl, ['get', '--raw', path], { env })) as T;
    const { groups } = await raw<{ groups: { versions: { groupVersion: string }[] }[] }>('/apis');
    const paths = groups.flatMap((group) =>
      group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
    );
    versions = await Promise.all(['/api/v1', ...paths].map((path) => raw<ResourceList>(path)));
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  /** Explains with each kubectl; all must succeed and say the same. */
  async function explain(...args: string[]): Promise<string> {
    const texts = await Promise.all(kubectls.map((kubectl) => run(kubectl, ['explain', ...args], { env })));
    for (const text of texts) assert.equal(text, texts[0]);
    return texts[0] ?? '';
  }

  test('every served kind, with all of its fields', { timeout: 60_000 }, async () => {
    const kinds = versions.flatMap(({ groupVersion, resources }) =>
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind }) => ({ groupVersion, name, kind })),
    );
    assert.ok(kinds.length > 60);
    const waiting = kinds.entries();
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const [index, { groupVersion, name, kind }] of waiting) {
          const [version = '', group = ''] = groupVersion.split('/').toReversed();
          const kubectl = kubectls[index % kubectls.length]!;
          const args = ['explain', name, '--recursive', `--api-version=${groupVersion}`];
          const text = await run(kubectl, args, { env });
          const head = new RegExp(
            `^(GROUP: +${group}\n)?KIND: +${kind}\nVERSION: +${version}\n\nDESCRIPTION:\n +\\S.*\n(.|\n)*FIELDS:\n(.|\n)*  kind\t<string>`,
          );
          assert.match(text, head, `${groupVersion} ${name}`);
        }
      }),
    );
  });

  test('the same for every kubectl: types, enums, requirements, other versions', async () => {
    assert.match(await explain('deployment.spec'), /replicas\t<integer>/);
    const policy = await explain('pod.spec.containers.imagePullPolicy');
    assert.match(policy, /FIELD: imagePullPolicy <string>\nENUM:\n {4}Always\n {4}IfNotPresent\n {4}Never\n/);
    assert.match(await explain('pod.spec.containers.ports'), /FIELD: ports <\[\]ContainerPort>/);
    assert.match(await explain('pod.spec.containers'), /name\t<string> -required-/);
    assert.match(await explain('hpa.spec', '--api-version=autoscaling/v1'), /targetCPUUtilizationPercentage/);
    assert.doesNotMatch(await explain('hpa.spec', '--api-version=autoscaling/v2'), /targetCPU/);
    assert.match(await explain('events', '--api-version=events.k8s.io/v1'), /GROUP: +events\.k8s\.io/);
    const { code, stderr } = await attempt(kubectls[0]!, ['explain', 'pod.spec.nothing'], { env });
    assert.deepEqual([code, stderr], [1, 'error: field "nothing" does not exist\n']);
  });

  test('from OpenAPI 2, as older clients do', async () => {
    const text = await explain('statefulset.spec', '--recursive', '--output=plaintext-openapiv2');
    assert.match(text, /KIND: +StatefulSet\nVERSION: +apps\/v1\n\nRESOURCE: spec <Object>/);
    assert.match(text, /volumeClaimTemplates\t<\[\]Object>/);
  });

  test('unknown and duplicate fields are told with their paths, however deep', async () => {
    const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: strict
spec:
  replica: 1
  selector:
    matchLabels: {app: strict}
  template:
    metadata:
      labels: {app: strict}
    spec:
      containers:
        - name: a
          image: one
          resources:
            limit: {cpu: 1}
      volumes:
        - name: v
          configMap: {name: c, items: [{key: k, path: p, modus: 1}]}
`;
    for (const kubectl of kubectls) {
      const strict = await attempt(kubectl, ['create', '--validate=strict', '-f', '-'], {
        env,
        input: manifest,
      });
      assert.equal(strict.code, 1);
      for (const message of [
        'unknown field "spec.replica"',
        'unknown field "spec.template.spec.containers[0].resources.limit"',
        'unknown field "spec.template.spec.volumes[0].configMap.items[0].modus"',
      ]) {
        assert.ok(strict.stderr.includes(message), `${message}\n${strict.stderr}`);
      }
      const warned = await attempt(kubectl, ['create', '--dry-run=server', '--validate=warn', '-f', '-'], {
        env,
        input: manifest,
      });
      assert.equal(warned.code, 0, warned.stderr);
      assert.match(warned.stderr, /Warning: unknown field "spec\.replica"/);
      // kubectl itself keeps the last of duplicates, but with --raw it sends what it was given.
      const pods = '/api/v1/namespaces/default/pods?fieldValidation=Strict';
      const twice = await attempt(kubectl, ['create', '--raw', pods, '-f', '-'], {
        env,
        input: `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "twice"},
          "spec": {"containers": [{"name": "a", "image": "one", "image": "two"}]}}`,
      });
      assert.match(twice.stderr, /strict decoding error: duplicate field "spec\.containers\[0\]\.image"\n$/);
    }
  });
});
