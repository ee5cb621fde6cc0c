import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually, run } from './command.ts';
import { myReplicaSet, nginxDeployment } from './manifests.ts';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

interface OwnedObject {
  metadata: {
    name: string;
    generateName?: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    labels?: Record<string, string>;
    ownerReferences?: {
      kind: string;
      name: string;
      uid: string;
      controller: boolean;
      blockOwnerDeletion: boolean;
    }[];
    managedFields?: { manager: string; operation: string; apiVersion: string; fieldsV1: unknown }[];
  };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

interface List<T> {
  items: T[];
}

const namespaceValue =
  'azhzAAoPCgJ2MRIJTmFtZXNwYWNlErIBCpcBCgdkZWZhdWx0EgAaACIAKiQzZmY1ZjI3Ni1lNmExLTQwMTQtYTQ5NC1kOWJjY2U0M2NmODMyADgAQggIjvXqmAYQAHoAigFPCg5rdWJlLWFwaXNlcnZlchIGVXBkYXRlGgJ2MSIICI716pgGEAAyCEZpZWxkc1YxOh0KG3siZjpzdGF0dXMiOnsiZjpwaGFzZSI6e319fRIMCgprdWJlcm5ldGVzGggKBkFjdGl2ZRoAIgA=';

describe('the scenarios', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    pg8s = await RunningPg8s.start(dataDir.path, '--log-level', 'debug', '--log-format', 'json');
    clients = await StockClients.of(pg8s);
    await writeFile(join(dataDir.path, 'nginx.yaml'), nginxDeployment);
    await writeFile(join(dataDir.path, 'replicaset.yaml'), myReplicaSet);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  const nginxPods = async (): Promise<OwnedObject[]> =>
    (await clients.get<List<OwnedObject>>('po', '-l', 'app=nginx')).items;

  test('every part tells its time, then Ready and how to use it', () => {
    for (const part of ['postgres', 'etcd', 'apiserver', 'controllers']) {
      assert.ok(
        pg8s.output.some((line) => new RegExp(`^${part} +\\d+\\.\\d+ s `).test(line)),
        `no line for ${part}: ${pg8s.output.join('\n')}`,
      );
    }
    assert.match(
      pg8s.output.join('\n'),
      /^Ready in .*\n +export KUBECONFIG=\S+\/kubeconfig\n +\. \S+\/etcdctl\.env$/m,
    );
  });

  describe('S1 the first Pod', () => {
    test('kubectl create answers, and the Pod runs', async () => {
      assert.equal(
        await clients.kubectl('create', '-f', join(dataDir.path, 'nginx.yaml')),
        'deployment.apps/nginx-deployment created\n',
      );
      const table = await eventually(async () => {
        const text = await clients.kubectl('get', 'po', '-l', 'app=nginx');
        return text.includes('Running') && text;
      });
      const [header, row] = table.trimEnd().split('\n');
      assert.match(header!, /^NAME +READY +STATUS +RESTARTS +AGE$/);
      assert.match(row!, /^nginx-deployment-[a-z0-9]{8,10}-[a-z0-9]{5} +1\/1 +Running +0 +\d+s$/);
    });

    test('the Pod belongs to a ReplicaSet of the Deployment', async () => {
      const [pod] = await nginxPods();
      const owner = pod!.metadata.ownerReferences![0]!;
      const replicaSet = await clients.get<OwnedObject>('rs', owner.name);
      const hash = replicaSet.metadata.labels!['pod-template-hash']!;
      assert.equal(replicaSet.metadata.name, `nginx-deployment-${hash}`);
      assert.equal(pod!.metadata.generateName, `nginx-deployment-${hash}-`);
      assert.deepEqual(pod!.metadata.ownerReferences, [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: replicaSet.metadata.name,
          uid: replicaSet.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
      assert.equal(typeof pod!.spec['nodeName'], 'string');
      const conditions = pod!.status['conditions'] as { type: string; status: string; message?: string }[];
      assert.equal(conditions.length, 5);
      for (const { type, status, message } of conditions)
        assert.deepEqual([type, status, message], [type, 'True', undefined]);
    });

    test('describe shows the events on the way', async () => {
      const [pod] = await nginxPods();
      const expected: [string, string, readonly string[]][] = [
        ['deployment', 'nginx-deployment', ['ScalingReplicaSet']],
        ['rs', pod!.metadata.ownerReferences![0]!.name, ['SuccessfulCreate']],
        ['pod', pod!.metadata.name, ['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']],
      ];
      for (const [kind, name, reasons] of expected) {
        await eventually(async () => {
          const text = await clients.kubectl('describe', kind, name);
          const missing = reasons.filter((reason) => !new RegExp(`^ +Normal +${reason} `, 'm').test(text));
          if (missing.length > 0) throw new Error(`${kind} lacks ${missing.join(', ')}:\n${text}`);
          return true;
        });
      }
    });

    test('kubectl -v 8 asks for the list with its selector and limit', async () => {
      const { stderr } = await clients.tryKubectl(['get', 'po', '-l', 'app=nginx', '-v', '8']);
      assert.match(stderr, /\/api\/v1\/namespaces\/default\/pods\?labelSelector=app%3Dnginx&limit=500/);
    });
  });

  describe('S2 a ReplicaSet, seen by kubectl create -v 10', () => {
    test('schema, then POST, then the object with all defaults', async () => {
      const { code, stdout, stderr } = await clients.tryKubectl([
        'create',
        '-f',
        join(dataDir.path, 'replicaset.yaml'),
        '-v',
        '10',
        `--cache-dir=${join(dataDir.path, 'kubectl-cache')}`,
      ]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, 'replicaset.apps/my-replicaset created\n');
      assert.match(stderr, /GET\S* .*\/openapi\/v3\?timeout=32s/);
      assert.match(stderr, /serverRelativeURL\\?":\\?"\/openapi\/v3\/apis\/apps\?hash=/);
      assert.match(stderr, /\/openapi\/v3\/apis\/apps\/v1\?hash=[^"]+&timeout=32s/);
      assert.match(
        stderr,
        /\/apis\/apps\/v1\/namespaces\/default\/replicasets\?fieldManager=kubectl-create&fieldValidation=Strict/,
      );
      assert.match(stderr, /Audit-Id/i);
      assert.match(stderr, /201 Created/);
    });

    test('the created object has what kube-apiserver fills in', async () => {
      const created = JSON.parse(
        await clients.kubectlInput(
          myReplicaSet.replace('my-replicaset', 'shown').replace('replicas: 2', 'replicas: 0'),
          'create',
          '-f',
          '-',
          '-o',
          'json',
          '--show-managed-fields',
        ),
      ) as OwnedObject;
      assert.match(created.metadata.uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.match(created.metadata.resourceVersion, /^\d+$/);
      assert.equal(created.metadata.generation, 1);
      assert.match(created.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(created.metadata.managedFields?.[0]?.manager, 'kubectl-create');
      assert.equal(created.metadata.managedFields?.[0]?.operation, 'Update');
      const template = created.spec['template'] as { metadata: object; spec: Record<string, unknown> };
      const [container] = template.spec['containers'] as Record<string, unknown>[];
      assert.deepEqual(container, {
        name: 'my-container',
        image: 'nginx',
        imagePullPolicy: 'Always',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      });
      const { containers: _, ...rest } = template.spec;
      assert.deepEqual(rest, {
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      });
      assert.deepEqual(created.status, { replicas: 0 });
      await clients.kubectl('delete', 'rs', 'shown');
    });

    test('two Pods run on nodes', async () => {
      const pods = await eventually(async () => {
        const { items } = await clients.get<List<OwnedObject>>('po', '-l', 'app=my-app');
        return items.length === 2 && items.every((pod) => pod.status['phase'] === 'Running') && items;
      });
      for (const pod of pods) {
        assert.match(pod.metadata.name, /^my-replicaset-[a-z0-9]{5}$/);
        const yaml = await clients.kubectl('get', 'pod', pod.metadata.name, '-o', 'yaml');
        assert.match(yaml, /^ {2}ownerReferences:\n {2}- apiVersion: apps\/v1\n/m);
        assert.match(yaml, /^ {2}nodeName: \S+$/m);
      }
    });
  });

  describe('S3 looking into etcd', () => {
    test('the keys lie where kube-apiserver puts them', async () => {
      const keys = (await clients.etcdctl('get', '/', '--prefix', '--keys-only')).split('\n');
      const [pod] = await nginxPods();
      const replicaSet = pod!.metadata.ownerReferences![0]!.name;
      for (const key of [
        '/registry/deployments/default/nginx-deployment',
        '/registry/namespaces/default',
        '/registry/namespaces/kube-system',
        '/registry/namespaces/kube-public',
        '/registry/namespaces/kube-node-lease',
        `/registry/pods/default/${pod!.metadata.name}`,
        `/registry/replicasets/default/${replicaSet}`,
        '/registry/apiregistration.k8s.io/apiservices/v1.',
        '/registry/apiregistration.k8s.io/apiservices/v1.apps',
        '/registry/services/specs/default/kubernetes',
      ]) {
        assert.ok(keys.includes(key), `${key} is not in the store`);
      }
      assert.ok(keys.some((key) => /^\/registry\/events\/default\/nginx-deployment\.[0-9a-f]+$/.test(key)));
      assert.ok(keys.some((key) => /^\/registry\/minions\/./.test(key)));
    });

    test('values are protobuf, and versions count the writes', async () => {
      const answer = JSON.parse(
        await clients.etcdctl('get', '/registry/replicasets/default/my-replicaset', '--write-out=json'),
      ) as {
        header: { cluster_id: number; member_id: number; revision: number; raft_term: number };
        kvs: { key: string; value: string; version: number; create_revision: number; mod_revision: number }[];
        count: number;
      };
      assert.equal(answer.count, 1);
      const [kv] = answer.kvs;
      assert.ok(kv!.value.startsWith('azhzAAoVCgdhcHBzL3YxEgpSZXBsaWNhU2V0'));
      assert.ok(kv!.version > 1);
      assert.ok(kv!.mod_revision > kv!.create_revision);
      assert.ok(answer.header.revision >= kv!.mod_revision);
      const shown = await clients.get<OwnedObject>('rs', 'my-replicaset');
      assert.equal(shown.metadata.resourceVersion, String(kv!.mod_revision));
      const decoded = JSON.parse(
        await run('npx', ['pg8s', 'decode', '--base64'], { cwd: projectRoot, input: `${kv!.value}\n` }),
      ) as OwnedObject & { kind: string };
      assert.equal(decoded.kind, 'ReplicaSet');
      assert.equal(decoded.metadata.uid, shown.metadata.uid);
      assert.deepEqual(decoded.spec, shown.spec);
    });

    test('pg8s decode prints the Namespace of a stock kube-apiserver, and encode gives its bytes back', async () => {
      const yaml = await run('npx', ['pg8s', 'decode', '-o', 'yaml'], {
        cwd: projectRoot,
        input: Buffer.from(namespaceValue, 'base64'),
      });
      assert.match(yaml, /^kind: Namespace$/m);
      assert.match(yaml, /^ {2}uid: 3ff5f276-e6a1-4014-a494-d9bcce43cf83$/m);
      assert.match(yaml, /^ {2}phase: Active$/m);
      const line = await run('npx', ['pg8s', 'decode', '--base64'], {
        cwd: projectRoot,
        input: `${namespaceValue}\n`,
      });
      const again = await run('npx', ['pg8s', 'encode', '--base64'], { cwd: projectRoot, input: line });
      assert.equal(again, `${namespaceValue}\n`);
    });
  });

  describe('S4 what the store is asked', () => {
    interface RequestLine {
      [field: string]: unknown;
    }
    const requests = (): RequestLine[] =>
      pg8s.log
        .filter((line) => line.includes('/etcdserverpb.KV/'))
        .map((line) => JSON.parse(line) as RequestLine);

    test('a create is a Txn that compares MOD with 0, and puts', () => {
      const create = requests().find((line) => {
        const text = JSON.stringify(line);
        return (
          text.includes('/registry/deployments/default/nginx-deployment') && text.includes('mod_revision:0')
        );
      });
      assert.ok(create !== undefined, 'no such request');
      const text = JSON.stringify(create);
      assert.match(text, /KV\/Txn/);
      assert.match(text, /request_put/);
      assert.ok(!text.includes('nginx:1.14.2'), 'the value is in the log');
    });

    test('an update is a Txn that compares MOD with a revision, puts, and else gets', () => {
      const update = requests().find((line) => {
        const text = JSON.stringify(line);
        return (
          text.includes('/registry/deployments/default/nginx-deployment') && /mod_revision:[1-9]/.test(text)
        );
      });
      assert.ok(update !== undefined, 'no such request');
      const text = JSON.stringify(update);
      assert.match(text, /request_put/);
      assert.match(text, /failure:<request_range/);
    });

    test('nothing is ever a plain Put or DeleteRange', () => {
      const plain = requests().filter((line) => /KV\/(Put|DeleteRange)/.test(JSON.stringify(line)));
      assert.deepEqual(plain, []);
    });

    test('events hang on a lease of an hour that they share', async () => {
      const answer = JSON.parse(
        await clients.etcdctl('get', '/registry/events/default/', '--prefix', '--write-out=json'),
      ) as { kvs: { lease?: number | string }[] };
      assert.ok(answer.kvs.length > 3);
      const leases = new Set(answer.kvs.map((kv) => kv.lease));
      assert.ok(!leases.has(undefined) && leases.size < answer.kvs.length, [...leases].join(' '));
      const listed = (await clients.etcdctl('lease', 'list'))
        .split('\n')
        .filter((line) => /^[0-9a-f]{10,16}$/.test(line));
      const granted = await Promise.all(
        listed.map(async (id) => {
          const text = await clients.etcdctl('lease', 'timetolive', id, '--keys');
          return { keys: text, ttl: Number(/granted with TTL\((\d+)s\)/.exec(text)?.[1]) };
        }),
      );
      const ofEvents = granted.filter(({ keys }) => keys.includes('/registry/events/'));
      assert.equal(ofEvents.length, leases.size);
      for (const { ttl } of ofEvents) assert.ok(ttl >= 3600 && ttl <= 3660, `${ttl}`);
    });

    test('a request line has its times, sizes and counts', () => {
      const [line] = requests();
      const text = JSON.stringify(line);
      for (const field of [
        'start time',
        'time spent',
        'remote',
        'response type',
        'request count',
        'request size',
        'response count',
        'response size',
        'request content',
      ]) {
        assert.ok(text.includes(`"${field}"`), `${field} is missing in ${text}`);
      }
    });
  });
});
