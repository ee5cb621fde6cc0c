import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createAuthority, issueCertificate } from '../../pg8s/src/pki/authority.ts';
import { obtainEtcdctl } from './clients/obtain.ts';
import { attempt, type CommandResult, eventually } from './command.ts';
import { RunningEtcd } from './running-etcd.ts';
import { temporaryDataDir } from './running-pg8s.ts';

const program = await obtainEtcdctl();
const files = await temporaryDataDir();
after(() => files.remove());
const file = (name: string): string => join(files.path, name);

/** Certificates of one authority, as files. */
const authority = await createAuthority('auth test');
await writeFile(file('ca.crt'), authority.cert);
async function issue(name: string, usage: 'server' | 'client'): Promise<string[]> {
  const { cert, key } = await issueCertificate(authority, {
    commonName: name,
    usages: [usage],
    hosts: usage === 'server' ? ['127.0.0.1', 'localhost'] : [],
  });
  await writeFile(file(`${name}.crt`), cert);
  await writeFile(file(`${name}.key`), key);
  return [file(`${name}.crt`), file(`${name}.key`)];
}
const [serverCert = '', serverKey = ''] = await issue('server', 'server');

/** etcdctl as somebody: with `user:password`, and with a certificate. */
class Etcdctl {
  readonly #url: string;
  readonly #flags: readonly string[];

  constructor(url: string, flags: readonly string[] = []) {
    this.#url = url;
    this.#flags = flags;
  }

  as(user: string): Etcdctl {
    return new Etcdctl(this.#url, [...this.#flags, '--user', user]);
  }

  with([cert = '', key = '']: readonly string[]): Etcdctl {
    return new Etcdctl(this.#url, [...this.#flags, '--cert', cert, '--key', key]);
  }

  args(...command: readonly string[]): string[] {
    return ['--endpoints', this.#url, '--cacert', file('ca.crt'), ...this.#flags, ...command];
  }

  try(...command: readonly string[]): Promise<CommandResult> {
    return attempt(program, this.args(...command), { env: { ...process.env, ETCDCTL_API: '3' } });
  }

  /** Must succeed, and say that. */
  async says(expected: RegExp, ...command: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.try(...command);
    assert.equal(code, 0, `${command.join(' ')}: ${stderr}`);
    assert.match(stdout, expected, command.join(' '));
  }

  /** Must fail with exactly that. */
  async refuses(message: string, ...command: readonly string[]): Promise<void> {
    const { code, stderr } = await this.try(...command);
    assert.notEqual(code, 0, command.join(' '));
    assert.equal(stderr.trim().split('\n').at(-1), `Error: ${message}`, command.join(' '));
  }
}

test('etcdctl: users, roles, permissions and passwords over TLS', { timeout: 180_000 }, async (t) => {
  const etcd = await RunningEtcd.start(
    file('passwords'),
    'https://127.0.0.1:0',
    '--cert-file',
    serverCert,
    '--key-file',
    serverKey,
    '--bcrypt-cost',
    '4',
  );
  t.after(() => etcd.stop());
  const nobody = new Etcdctl(etcd.url);

  await nobody.refuses('etcdserver: root user does not exist', 'auth', 'enable');
  await nobody.says(/User root created/, 'user', 'add', 'root:rootpw');
  // etcdctl gives root its role by itself.
  await nobody.says(/Authentication Enabled/, 'auth', 'enable');
  await nobody.refuses('etcdserver: user name is empty', 'get', 'k');
  await nobody
    .as('root:wrong')
    .refuses('etcdserver: authentication failed, invalid user ID or password', 'get', 'k');
  const root = nobody.as('root:rootpw');
  await root.says(/^OK$/m, 'put', 'k', 'v');

  await root.says(/User ann created/, 'user', 'add', 'ann:pw');
  await root.says(/User cert created/, 'user', 'add', 'cert', '--no-password');
  await root.refuses('etcdserver: user name already exists', 'user', 'add', 'ann:pw');
  await root.says(/^ann\ncert\nroot$/m, 'user', 'list');
  for (const role of ['app', 'spare'])
    await root.says(new RegExp(`Role ${role} created`), 'role', 'add', role);
  await root.says(/^app\nroot\nspare$/m, 'role', 'list');
  const grant = ['role', 'grant-permission', 'app'];
  await root.says(/Role app updated/, ...grant, 'read', 'config');
  await root.says(/Role app updated/, ...grant, '--prefix=true', 'readwrite', '/app/');
  await root.says(/Role app updated/, ...grant, 'write', 'log', 'log9');
  await root.says(/Role app updated/, ...grant, '--from-key=true', 'read', 'zz');
  await root.refuses('etcdserver: role name not found', 'role', 'grant-permission', 'none', 'read', 'k');
  await root.refuses('etcdserver: role name not found', 'user', 'grant-role', 'ann', 'none');
  await root.says(/Role app is granted to user ann/, 'user', 'grant-role', 'ann', 'app');
  await root.says(/Roles: app/, 'user', 'get', 'ann');
  await root.says(
    /KV Read:\n\t\[\/app\/, \/app0\) \(prefix \/app\/\)\n\tconfig\n\t\[zz, <open ended>\s*\nKV Write:\n\t\[\/app\/, \/app0\) \(prefix \/app\/\)\n\t\[log, log9\)/,
    'role',
    'get',
    'app',
  );

  const ann = nobody.as('ann:pw');
  const denied = 'etcdserver: permission denied';
  await ann.says(/^OK$/m, 'put', '/app/a', '1');
  await ann.says(/\/app\/a\n1/, 'get', '--prefix', '/app/');
  await ann.says(/^$/, 'get', 'config');
  await ann.says(/^$/, 'get', '--from-key', 'zzz');
  await ann.says(/^OK$/m, 'put', 'log5', 'x');
  await ann.refuses(denied, 'get', 'log5');
  await ann.refuses(denied, 'put', '--prev-kv', 'log5', 'y');
  await ann.refuses(denied, 'put', 'config', 'x');
  await ann.refuses(denied, 'get', '--prefix', '/');
  await ann.refuses(denied, 'del', '--prefix', '/ap');
  await ann.says(/^1$/m, 'del', 'log5');
  for (const command of [
    'user list',
    'role list',
    'role add x',
    'user get root',
    'auth disable',
    'compaction 2',
  ]) {
    await ann.refuses(denied, ...command.split(' '));
  }
  await ann.says(/Roles: app/, 'user', 'get', 'ann');
  await ann.says(/^Role app/, 'role', 'get', 'app');
  await ann.says(/true|false/, 'endpoint', 'status');
  assert.match((await ann.try('defrag')).stderr, /etcdserver: permission denied/);
  const refusedWatch = await ann.try('watch', 'secret');
  assert.match(refusedWatch.stdout + refusedWatch.stderr, /watch was canceled \(.*permission denied\)/);

  const watching = spawn(program, ann.args('watch', '/app/w'), { env: { ...process.env, ETCDCTL_API: '3' } });
  const ended = once(watching, 'exit');
  let seen = '';
  watching.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  await eventually(async () => {
    await root.says(/^OK$/m, 'put', '/app/w', '7');
    return seen.includes('PUT\n/app/w\n7');
  });
  watching.kill();
  await ended;

  const granted = await root.try('lease', 'grant', '300');
  const [, lease = ''] = /lease ([0-9a-f]+) granted/.exec(granted.stdout) ?? [];
  await ann.says(/^OK$/m, 'put', '--lease', lease, '/app/l', '1');
  await root.says(/^OK$/m, 'put', '--lease', lease, 'secret', '1');
  await ann.refuses(denied, 'put', '--lease', lease, '/app/m', '1');
  const revoke = await ann.try('lease', 'revoke', lease);
  assert.match(revoke.stderr, /permission denied/);
  await root.says(/revoked/, 'lease', 'revoke', lease);

  await root.says(
    /Permission of range \[log, log9\) is revoked/,
    'role',
    'revoke-permission',
    'app',
    'log',
    'log9',
  );
  await ann.refuses(denied, 'put', 'log5', 'x');
  await root.refuses(
    'etcdserver: permission is not granted to the role',
    'role',
    'revoke-permission',
    'app',
    'log',
    'log9',
  );
  const passwd = await attempt(program, root.args('user', 'passwd', 'ann', '--interactive=false'), {
    input: 'newpw\n',
    env: { ...process.env, ETCDCTL_API: '3' },
  });
  assert.match(passwd.stdout, /Password updated/, passwd.stderr);
  await ann.refuses('etcdserver: authentication failed, invalid user ID or password', 'get', 'config');
  await nobody.as('ann:newpw').says(/^$/, 'get', 'config');
  await root.says(/Role app is revoked from user ann/, 'user', 'revoke-role', 'ann', 'app');
  await nobody.as('ann:newpw').refuses(denied, 'get', 'config');
  await root.says(/Role spare deleted/, 'role', 'delete', 'spare');
  const management = 'etcdserver: invalid auth management';
  await root.refuses(management, 'user', 'delete', 'root');
  await root.refuses(management, 'user', 'revoke-role', 'root', 'root');
  await root.refuses(management, 'role', 'delete', 'root');
  await root.says(/User ann deleted/, 'user', 'delete', 'ann');
  await root.says(/Authentication Disabled/, 'auth', 'disable');
  await nobody.says(/^k\nv$/m, 'get', 'k');
  assert.equal(await etcd.stop(), 0);
});

test(
  'etcdctl: users by their certificates, and signed tokens; all survives a restart',
  { timeout: 180_000 },
  async (t) => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(file('jwt.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(file('jwt.key'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const [rootCert, annCert, strangerCert] = await Promise.all(
      ['root', 'ann', 'stranger'].map((name) => issue(name, 'client')),
    );
    const start = (): Promise<RunningEtcd> =>
      RunningEtcd.start(
        file('certificates'),
        'https://127.0.0.1:0',
        '--cert-file',
        serverCert,
        '--key-file',
        serverKey,
        '--trusted-ca-file',
        file('ca.crt'),
        '--client-cert-auth',
        '--auth-token',
        `jwt,pub-key=${file('jwt.pub')},priv-key=${file('jwt.key')},sign-method=RS256,ttl=10m`,
        '--bcrypt-cost',
        '4',
      );
    const first = await start();
    t.after(() => first.stop());
    let root = new Etcdctl(first.url).with(rootCert ?? []);
    await root.says(/created/, 'user', 'add', 'root', '--no-password');
    await root.says(/created/, 'user', 'add', 'ann', '--no-password');
    await root.says(/created/, 'user', 'add', 'bob:pw');
    await root.says(/created/, 'role', 'add', 'app');
    await root.says(/updated/, 'role', 'grant-permission', 'app', 'readwrite', 'k');
    for (const user of ['ann', 'bob']) await root.says(/granted/, 'user', 'grant-role', user, 'app');
    await root.says(/Authentication Enabled/, 'auth', 'enable');
    await root.says(/^OK$/m, 'put', 'secret', '1');
    assert.equal(await first.stop(), 0);

    const second = await start();
    t.after(() => second.stop());
    const client = new Etcdctl(second.url);
    root = client.with(rootCert ?? []);
    await root.says(/^ann\nbob\nroot$/m, 'user', 'list');
    const ann = client.with(annCert ?? []);
    await ann.says(/^OK$/m, 'put', 'k', '1');
    await ann.refuses('etcdserver: permission denied', 'get', 'secret');
    const stranger = client.with(strangerCert ?? []);
    await stranger.refuses('etcdserver: permission denied', 'get', 'k');
    // A password, and so a token, goes before the certificate.
    await stranger.as('bob:pw').says(/^k\n1$/m, 'get', 'k');
    await root.as('bob:pw').refuses('etcdserver: permission denied', 'get', 'secret');
    await stranger
      .as('ann:x')
      .refuses(
        'rpc error: code = Unknown desc = auth: authentication failed, password was given for no password user',
        'get',
        'k',
      );
    const without = await client.try('get', 'k', '--command-timeout', '2s', '--dial-timeout', '2s');
    assert.notEqual(without.code, 0, 'no certificate, no connection');
    await root.says(/revoked/, 'user', 'revoke-role', 'ann', 'app');
    await ann.refuses('etcdserver: permission denied', 'get', 'k');
    assert.equal(await second.stop(), 0);
  },
);
