import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ControlPlane } from '../../pg8s/src/control-plane-options.ts';
import { startControlPlane } from '../../pg8s/src/control-plane.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../pg8s/src/postgres/embedded.ts';
import pino from 'pino';
import { obtainClients } from './clients/obtain.ts';
import { attempt, eventually, run } from './command.ts';

const log = pino({ level: process.env['PG8S_TEST_LOG'] ?? 'silent' });

/** A control plane and what it said when its controllers were up. */
interface Member {
  name: string;
  controlPlane: ControlPlane;
  controllers: string;
}

describe('two control planes on one database', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let leader: Member;
  let standby: Member;
  let kubectl: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-two-'));
    postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log });
    ({ kubectl } = await obtainClients());
    // Both start at once on an empty database.
    const members = await Promise.all(['one', 'two'].map((name) => start(name)));
    standby = members.find(({ controllers }) => controllers.startsWith('standby'))!;
    leader = members.find((member) => member !== standby)!;
  });
  after(async () => {
    await leader?.controlPlane.close();
    await standby?.controlPlane.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const dataDir = (name: string): string => join(folder, name);
  async function start(name: string): Promise<Member> {
    let controllers = '';
    const controlPlane = await startControlPlane({
      dataDir: dataDir(name),
      postgresUrl: postgres.url,
      log: log.child({ member: name }),
      onUp: (part, detail) => {
        if (part === 'controllers') controllers = detail;
      },
    });
    return { name, controlPlane, controllers };
  }

  /** kubectl at the one, with the kubeconfig of the other or its own. */
  async function ask(at: Member, args: readonly string[], as = at): Promise<string> {
    const file = join(folder, `kubeconfig-${as.name}-at-${at.name}`);
    const text = await readFile(as.controlPlane.kubeconfigFile, 'utf8');
    await writeFile(file, text.replace(as.controlPlane.server, at.controlPlane.server));
    return run(kubectl, args, { env: { ...process.env, KUBECONFIG: file } });
  }

  test('both are ready: one works, the other waits', async () => {
    assert.equal(leader.controllers, '1 node ready');
    const identity = (await readFile(join(dataDir(leader.name), 'identity'), 'utf8')).split('\n')[0];
    assert.equal(standby.controllers, `standby: ${identity} leads`);
    assert.match(await ask(standby, ['get', '--raw', '/readyz']), /^ok/);
    assert.match(await ask(standby, ['get', 'nodes', '--no-headers']), /^node-1 +Ready/);
  });

  test('client certificates and tokens of one are good at the other', async () => {
    for (const [issuer, other] of [
      [leader, standby],
      [standby, leader],
    ] as const) {
      assert.match(await ask(other, ['auth', 'whoami'], issuer), /kubernetes-admin/);
      const token = (await ask(issuer, ['create', 'token', 'default'])).trim();
      const server = ['--server', other.controlPlane.server];
      const ca = ['--certificate-authority', join(dataDir(issuer.name), 'pki/ca.crt')];
      const { stdout, stderr } = await attempt(
        kubectl,
        ['--kubeconfig', '/dev/null', ...server, ...ca, '--token', token, 'auth', 'whoami'],
        { env: process.env },
      );
      assert.match(stdout, /system:serviceaccount:default:default/, stderr);
    }
    for (const file of ['ca.crt', 'etcd/ca.crt', 'sa.pub']) {
      const [one, two] = await Promise.all(
        [leader, standby].map(({ name }) => readFile(join(dataDir(name), 'pki', file), 'utf8')),
      );
      assert.equal(one, two, file);
    }
  });

  test('what is made at the standby runs, and its Pods run once', async () => {
    await ask(standby, ['create', 'deployment', 'web', '--image=nginx', '--replicas=2']);
    await ask(leader, ['rollout', 'status', 'deployment/web', '--timeout=60s']);
    assert.equal((await ask(standby, ['get', 'pods', '--no-headers'])).trim().split('\n').length, 2);
  });

  test('when the one stops, the other takes over', async () => {
    await leader.controlPlane.close();
    await ask(standby, ['create', 'deployment', 'after', '--image=nginx', '--replicas=2']);
    await ask(standby, ['rollout', 'status', 'deployment/after', '--timeout=60s']);
    assert.match(await ask(standby, ['get', 'nodes', '--no-headers']), /^node-1 +Ready/);
    // And the former leader comes back as the standby.
    const formerly = leader.name;
    leader = await start(formerly);
    assert.match(leader.controllers, /^standby: /);
    await eventually(async () => (await ask(leader, ['get', '--raw', '/readyz'])).startsWith('ok'));
  });
});
