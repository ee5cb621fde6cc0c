import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../command.ts';
import { post, type QuotaCluster, startQuotaCluster } from './quota-cluster.ts';

describe('quotas, with kubectl', { timeout: 300_000 }, () => {
  let running: QuotaCluster;
  const kubectl = (args: string, input?: string) => running.kubectl(args.split(' '), input);

  before(async () => {
    running = await startQuotaCluster();
    await running.cluster.startControllers(running.servers[0], ['--nodes', '0']);
  });
  after(async () => running?.stop());

  async function makeQuota(namespace: string, hard: string): Promise<void> {
    await kubectl(`create namespace ${namespace}`);
    assert.match(await kubectl(`create quota q -n ${namespace} --hard=${hard}`), /quota\/q created/);
    await until(namespace, /.*/);
  }

  async function used(namespace: string): Promise<string> {
    return kubectl(`get quota q -n ${namespace} -o jsonpath={.status.used}`);
  }

  async function until(namespace: string, expected: RegExp): Promise<void> {
    await eventually(async () => {
      const text = await used(namespace);
      return text !== '' && expected.test(text);
    });
  }

  test('what is too much is refused, and what is deleted is given back', async () => {
    await makeQuota('counted', 'count/secrets=1,services=1,services.nodeports=0');
    await until('counted', /"count\/secrets":"0"/);
    assert.match(await kubectl('create secret generic a -n counted'), /secret\/a created/);
    assert.match(
      await kubectl('create secret generic b -n counted'),
      /secrets "b" is forbidden: exceeded quota: q, requested: count\/secrets=1, used: count\/secrets=1, limited: count\/secrets=1/,
    );
    assert.match(
      await kubectl('create service nodeport s -n counted --tcp=80'),
      /exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0/,
    );
    assert.match(await kubectl('describe quota q -n counted'), /count\/secrets\s+1\s+1/);
    await kubectl('delete secret a -n counted');
    await until('counted', /"count\/secrets":"0"/);
    assert.match(await kubectl('create secret generic b -n counted'), /secret\/b created/);
  });

  test('50 clients of two API servers never exceed a quota', async () => {
    await makeQuota('crowded', 'count/configmaps=30');
    // The certificates of the cluster are in every namespace.
    await eventually(async () => /root-ca/.test(await kubectl('get configmaps -n crowded -o name')));
    await kubectl('patch quota q -n crowded --type=merge -p {"spec":{"hard":{"count/configmaps":"31"}}}');
    await until('crowded', /"count\/configmaps":"1"/);
    let created = 0;
    const other = new Set<string>();
    const client = async (index: number) => {
      const { port } = running.servers[index % 2]!;
      for (let count = 0; count < 3; count++) {
        const { code, message } = await post(running.cluster, port, {
          path: '/api/v1/namespaces/crowded/configmaps',
          body: { metadata: { name: `c-${index}-${count}` } },
        });
        if (code === 201) created += 1;
        else if (!/exceeded quota: q|the object has been modified/.test(message)) other.add(message);
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, index) => client(index)));
    const names = (await kubectl('get configmaps -n crowded -o name')).trim().split('\n');
    assert.deepEqual([...other], []);
    assert.equal(names.length, created + 1);
    assert.ok(created <= 30 && created > 20, `${created} created`);
  });

  test('Pods are held to the Pod Security Standards', async () => {
    await kubectl('create namespace secured');
    const label = 'label namespace secured pod-security.kubernetes.io/enforce=restricted';
    assert.match(await kubectl(label), /namespace\/secured labeled/);
    await eventually(async () =>
      /pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false/.test(
        await kubectl('run p --image=busybox -n secured --dry-run=server'),
      ),
    );
    assert.match(
      await kubectl('create deployment d --image=busybox -n secured'),
      /deployment.apps\/d created\nWarning: would violate PodSecurity "restricted:latest": /,
    );
  });
});
