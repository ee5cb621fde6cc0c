import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { obtainClients } from './clients/obtain.ts';
import { eventually } from './command.ts';
import { nginxDeployment } from './manifests.ts';
import { RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface Pod {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { nodeName?: string; containers: { image: string }[] };
  status: { phase: string; podIP?: string };
}

/** kubectl's verbs, one after the other on one cluster, as a person would use them. */
describe('kubectl', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;
  let manifest: string;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '2');
    clients = await StockClients.of(pg8s);
    manifest = join(dataDir.path, 'nginx.yaml');
    await writeFile(manifest, nginxDeployment);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const kubectl = (...args: string[]): Promise<string> => clients.kubectl(...args);
  const rollout = (name: string): Promise<string> =>
    kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
  const imageOf = (name: string): Promise<string> =>
    kubectl('get', 'deployment', name, '-o', 'jsonpath={.spec.template.spec.containers[0].image}');

  test('version, cluster-info, api-versions, api-resources', async () => {
    const version = JSON.parse(await kubectl('version', '-o', 'json')) as {
      serverVersion: Record<string, string>;
    };
    assert.equal(version.serverVersion['major'], '1');
    assert.equal(version.serverVersion['minor'], '36');
    assert.match(
      await kubectl('cluster-info'),
      /Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/,
    );
    const versions = (await kubectl('api-versions')).trim().split('\n');
    for (const wanted of [
      'v1',
      'apps/v1',
      'batch/v1',
      'rbac.authorization.k8s.io/v1',
      'coordination.k8s.io/v1',
    ]) {
      assert.ok(versions.includes(wanted), wanted);
    }
    const resources = await kubectl('api-resources');
    assert.match(resources, /^deployments +deploy +apps\/v1 +true +Deployment$/m);
    assert.match(resources, /^pods +po +v1 +true +Pod$/m);
    assert.match(resources, /^nodes +no +v1 +false +Node$/m);
  });

  test('explain', async () => {
    const text = await kubectl('explain', 'deployment.spec.strategy');
    assert.match(text, /GROUP: +apps\nKIND: +Deployment\nVERSION: +v1/);
    assert.match(text, /rollingUpdate\t<RollingUpdateDeployment>/);
    assert.match(await kubectl('explain', 'pod.spec', '--recursive'), /containers\t<\[\]Container>/);
    const described = await kubectl('explain', 'pod.spec.nodeName');
    assert.match(described, /DESCRIPTION:\n +\S+/);
  });

  test('apply, diff, apply again', async () => {
    assert.equal(await kubectl('apply', '-f', manifest), 'deployment.apps/nginx-deployment created\n');
    await rollout('nginx-deployment');
    assert.equal((await clients.tryKubectl(['diff', '-f', manifest])).code, 0);
    await writeFile(
      manifest,
      nginxDeployment.replace('replicas: 1', 'replicas: 3').replace('1.14.2', '1.15'),
    );
    const diff = await clients.tryKubectl(['diff', '-f', manifest]);
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(diff.stdout, /^-  replicas: 1$/m);
    assert.match(diff.stdout, /^\+  replicas: 3$/m);
    assert.equal(await kubectl('apply', '-f', manifest), 'deployment.apps/nginx-deployment configured\n');
    assert.equal(await kubectl('apply', '-f', manifest), 'deployment.apps/nginx-deployment unchanged\n');
    assert.match(await rollout('nginx-deployment'), /successfully rolled out/);
    assert.equal(await imageOf('nginx-deployment'), 'nginx:1.15');
  });

  test('rollout history, undo, restart, pause and resume', async () => {
    assert.match(
      await kubectl('rollout', 'history', 'deployment/nginx-deployment'),
      /^1 +<none>\n2 +<none>$/m,
    );
    assert.match(
      await kubectl('rollout', 'undo', 'deployment/nginx-deployment'),
      /^deployment\.apps\/nginx-deployment rolled back/,
    );
    await rollout('nginx-deployment');
    assert.equal(await imageOf('nginx-deployment'), 'nginx:1.14.2');
    assert.match(
      await kubectl('rollout', 'history', 'deployment/nginx-deployment'),
      /^2 +<none>\n3 +<none>$/m,
    );
    await kubectl('rollout', 'restart', 'deployment/nginx-deployment');
    await rollout('nginx-deployment');
    assert.match(await kubectl('rollout', 'history', 'deployment/nginx-deployment'), /^4 +<none>$/m);
    await kubectl('rollout', 'pause', 'deployment/nginx-deployment');
    await kubectl('set', 'image', 'deployment/nginx-deployment', 'nginx=nginx:1.16');
    await kubectl('rollout', 'resume', 'deployment/nginx-deployment');
    await rollout('nginx-deployment');
    const { items } = await clients.get<{ items: Pod[] }>('pods', '-l', 'app=nginx');
    assert.ok(items.some((pod) => pod.spec.containers[0]!.image === 'nginx:1.16'));
  });

  test('scale, wait, get in every form', async () => {
    assert.equal(
      await kubectl('scale', 'deployment/nginx-deployment', '--replicas=2'),
      'deployment.apps/nginx-deployment scaled\n',
    );
    await kubectl(
      'wait',
      '--for=jsonpath={.status.readyReplicas}=2',
      'deployment/nginx-deployment',
      '--timeout=60s',
    );
    await kubectl('wait', '--for=condition=Available', 'deployment/nginx-deployment', '--timeout=60s');
    await eventually(
      async () => (await kubectl('get', 'pods', '-l', 'app=nginx', '-o', 'name')).split('\n').length === 3,
    );
    assert.match(
      await kubectl('get', 'deploy'),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nnginx-deployment +2\/2 +2 +2 +/m,
    );
    assert.match(
      await kubectl('get', 'deploy', '-o', 'wide'),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR$/m,
    );
    assert.match(
      await kubectl('get', 'pods', '-o', 'wide'),
      /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/m,
    );
    assert.match(await kubectl('get', 'rs'), /^NAME +DESIRED +CURRENT +READY +AGE$/m);
    assert.match(await kubectl('get', 'nodes'), /^NAME +STATUS +ROLES +AGE +VERSION$/m);
    assert.match(await kubectl('get', 'nodes'), /^\S+ +Ready +/m);
    assert.match(await kubectl('get', 'ns'), /^NAME +STATUS +AGE\ndefault +Active/m);
    assert.match(
      await kubectl('get', 'deploy', 'nginx-deployment', '-o', 'name'),
      /^deployment\.apps\/nginx-deployment$/m,
    );
    assert.match(
      await kubectl('get', 'pods', '-o', 'custom-columns=NAME:.metadata.name,NODE:.spec.nodeName'),
      /^NAME +NODE$/m,
    );
    assert.match(await kubectl('get', 'deploy', 'nginx-deployment', '-o', 'yaml'), /^kind: Deployment$/m);
    assert.match(await kubectl('get', 'all'), /replicaset\.apps\/nginx-deployment-/);
    assert.match(
      await kubectl('get', 'pods', '-A', '--sort-by=.metadata.name'),
      /^default +nginx-deployment-/m,
    );
    const missing = await clients.tryKubectl(['get', 'pod', 'nobody']);
    assert.equal(missing.stderr, 'Error from server (NotFound): pods "nobody" not found\n');
  });

  test('get -w shows changes as they come', async () => {
    const programs = await obtainClients();
    const watch = spawn(programs.kubectl, ['get', 'configmaps', '-w', '--no-headers'], { env: clients.env });
    const lines: string[] = [];
    createInterface({ input: watch.stdout }).on('line', (line) => lines.push(line));
    try {
      await eventually(async () => {
        await kubectl('create', 'configmap', `seen-${lines.length}-${Date.now()}`);
        return lines.some((line) => line.startsWith('seen-'));
      });
    } finally {
      watch.kill();
    }
  });

  test('edit, label, annotate, patch', async () => {
    const edited = await clients.tryKubectl(['edit', 'deployment', 'nginx-deployment'], {
      env: { ...clients.env, KUBE_EDITOR: "sed -i 's/replicas: 2/replicas: 4/'" },
    });
    assert.equal(edited.stdout, 'deployment.apps/nginx-deployment edited\n', edited.stderr);
    await rollout('nginx-deployment');
    assert.match(await kubectl('label', 'deployment', 'nginx-deployment', 'tier=front'), /labeled/);
    assert.match(await kubectl('get', 'deploy', '-l', 'tier=front', '-o', 'name'), /nginx-deployment/);
    assert.match(await kubectl('label', 'deployment', 'nginx-deployment', 'tier-'), /unlabeled/);
    assert.equal(await kubectl('get', 'deploy', '-l', 'tier', '-o', 'name'), '');
    assert.match(await kubectl('annotate', 'deployment', 'nginx-deployment', 'note=hello'), /annotated/);
    for (const [type, patch] of [
      [
        'strategic',
        '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","env":[{"name":"A","value":"1"}]}]}}}}',
      ],
      ['merge', '{"metadata":{"annotations":{"note":"merged"}}}'],
      ['json', '[{"op":"replace","path":"/metadata/annotations/note","value":"json"}]'],
    ] as const) {
      await kubectl('patch', 'deployment', 'nginx-deployment', `--type=${type}`, '-p', patch);
    }
    const deployment = await clients.get<{
      metadata: { annotations: Record<string, string> };
      spec: { template: { spec: { containers: { image: string; env: { name: string }[] }[] } } };
    }>('deploy', 'nginx-deployment');
    assert.equal(deployment.metadata.annotations['note'], 'json');
    const [container] = deployment.spec.template.spec.containers;
    assert.equal(container!.image, 'nginx:1.16');
    assert.deepEqual(container!.env, [{ name: 'A', value: '1' }]);
    await rollout('nginx-deployment');
  });

  test('run, expose, logs, describe', async () => {
    assert.equal(await kubectl('run', 'alone', '--image=busybox', '--port=80'), 'pod/alone created\n');
    await kubectl('wait', '--for=condition=Ready', 'pod/alone', '--timeout=60s');
    assert.equal(
      await kubectl('expose', 'deployment', 'nginx-deployment', '--port=80'),
      'service/nginx-deployment exposed\n',
    );
    assert.match(
      await kubectl('get', 'svc', 'nginx-deployment'),
      /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nnginx-deployment +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP/m,
    );
    const logs = await clients.tryKubectl(['logs', 'alone']);
    assert.ok((logs.stdout + logs.stderr).trim().length > 0);
    assert.match(await kubectl('describe', 'pod', 'alone'), /^Status: +Running$/m);
    assert.match(await kubectl('describe', 'node'), /^Conditions:$/m);
    assert.match(
      await kubectl('describe', 'deployment', 'nginx-deployment'),
      /^NewReplicaSet: +nginx-deployment-/m,
    );
    assert.match(await kubectl('describe', 'svc', 'nginx-deployment'), /^IP: +10\./m);
    assert.match(await kubectl('describe', 'ns', 'default'), /^Status: +Active$/m);
  });

  test('cordon, drain, uncordon', async () => {
    const [node] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
    const name = node!.split('/')[1]!;
    assert.match(await kubectl('cordon', name), /cordoned/);
    assert.match(await kubectl('get', 'nodes', name), /Ready,SchedulingDisabled/);
    assert.match(
      await kubectl(
        'drain',
        name,
        '--force',
        '--ignore-daemonsets',
        '--delete-emptydir-data',
        '--timeout=90s',
      ),
      /drained/,
    );
    const { items } = await clients.get<{ items: Pod[] }>('pods', `--field-selector=spec.nodeName=${name}`);
    assert.deepEqual(
      items.map((pod) => pod.metadata.name),
      [],
    );
    assert.match(await kubectl('uncordon', name), /uncordoned/);
    await rollout('nginx-deployment');
  });

  test('get events', async () => {
    assert.match(await kubectl('get', 'events'), /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m);
    assert.match(await kubectl('events', '--for', 'deployment/nginx-deployment'), /ScalingReplicaSet/);
  });

  test('an unschedulable Pod waits and says why', async () => {
    await clients.kubectlInput(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'picky' },
        spec: { nodeSelector: { disk: 'gold' }, containers: [{ name: 'c', image: 'busybox' }] },
      }),
      'create',
      '-f',
      '-',
    );
    await eventually(async () =>
      /FailedScheduling.*0\/2 nodes are available/s.test(await kubectl('describe', 'pod', 'picky')),
    );
    const [node] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
    await kubectl('label', node!, 'disk=gold');
    await kubectl('wait', '--for=condition=Ready', 'pod/picky', '--timeout=60s');
  });

  test('validation: unknown fields, conflicts, immutable selectors', async () => {
    const unknown = await clients.tryKubectl(['create', '--validate=strict', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typo' }, dato: {} }),
    });
    assert.notEqual(unknown.code, 0);
    assert.match(unknown.stderr, /strict decoding error: unknown field "dato"/);
    const immutable = await clients.tryKubectl([
      'patch',
      'deployment',
      'nginx-deployment',
      '-p',
      '{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}',
    ]);
    assert.notEqual(immutable.code, 0);
    assert.match(immutable.stderr, /spec\.selector: Invalid value: .*: field is immutable/);
  });

  test('delete Pods, at once and with grace', async () => {
    // Not the Pod from before: the drained node may have been its.
    await kubectl('run', 'mortal', '--image=busybox');
    await kubectl('wait', '--for=condition=Ready', 'pod/mortal', '--timeout=60s');
    assert.match(
      await kubectl('delete', 'pod', 'mortal', 'picky'),
      /^pod "mortal" deleted.*\npod "picky" deleted/,
    );
    await kubectl('run', 'forced', '--image=busybox');
    await kubectl('wait', '--for=condition=Ready', 'pod/forced', '--timeout=60s');
    assert.match(await kubectl('delete', 'pod', 'forced', '--force', '--grace-period=0'), /force deleted/);
    assert.match((await clients.tryKubectl(['get', 'pod', 'forced'])).stderr, /NotFound/);
  });

  test('delete a Deployment with all that it owns, keep it with --cascade=orphan', async () => {
    await kubectl('create', 'deployment', 'orphaner', '--image=nginx');
    await rollout('orphaner');
    await kubectl('delete', 'deployment', 'orphaner', '--cascade=orphan');
    const left = await eventually(async () => {
      const { items } = await clients.get<{ items: { metadata: { ownerReferences?: unknown[] } }[] }>(
        'rs',
        '-l',
        'app=orphaner',
      );
      return items.length === 1 && items[0]!.metadata.ownerReferences === undefined && items;
    });
    assert.equal(left.length, 1);
    await kubectl('delete', 'rs', '-l', 'app=orphaner', '--cascade=foreground');
    assert.equal(await kubectl('get', 'pods', '-l', 'app=orphaner', '-o', 'name'), '');
    await kubectl('delete', 'deployment', 'nginx-deployment');
    await eventually(async () => (await kubectl('get', 'pods,rs', '-l', 'app=nginx', '-o', 'name')) === '');
  });

  test('delete a namespace with all that is in it', async () => {
    await kubectl('create', 'namespace', 'shortlived');
    await kubectl('-n', 'shortlived', 'create', 'deployment', 'web', '--image=nginx', '--replicas=2');
    await kubectl('-n', 'shortlived', 'rollout', 'status', 'deployment/web', '--timeout=60s');
    await kubectl('delete', 'namespace', 'shortlived', '--timeout=90s');
    const gone = await clients.tryKubectl(['get', 'namespace', 'shortlived']);
    assert.match(gone.stderr, /NotFound/);
    assert.equal(await clients.etcdctl('get', '/registry/pods/shortlived/', '--prefix', '--keys-only'), '');
  });

  test('delete a file that holds a namespace and what is in it', async () => {
    const inside = (kind: string, name: string, more: object) => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: 'all-in-one' },
      ...more,
    });
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const items = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'all-in-one' } },
      ...numbers.map((index) =>
        index % 5 === 0
          ? inside('Service', `service-${index}`, { spec: { ports: [{ port: 80 }] } })
          : inside('ConfigMap', `config-${index}`, { data: { a: 'b' } }),
      ),
    ];
    const file = join(dataDir.path, 'all-in-one.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    for (let round = 0; round < 3; round++) {
      await kubectl('apply', '-f', file);
      // Rejects when kubectl does not end with 0, as it does for whatever was gone before its turn.
      const deleted = await kubectl('delete', '-f', file, '--timeout=60s');
      assert.equal(deleted.trim().split('\n').length, items.length);
    }
  });
});
