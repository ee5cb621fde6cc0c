import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

const program = join(import.meta.dirname, '../bin/pg8s.js');

function pg8s(args: readonly string[], input = ''): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin!.end(input);
  });
}

test('every command has its help, and the program its version', async () => {
  assert.match((await pg8s(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  const all = await pg8s(['--help']);
  assert.equal(all.code, 0);
  const commands = ['up', 'etcd', 'apiserver', 'controllers', 'decode', 'encode'];
  const helps = await Promise.all(commands.map((command) => pg8s([command, '--help'])));
  commands.forEach((command, index) => {
    assert.match(all.stdout, new RegExp(`^  ${command} `, 'm'));
    assert.equal(helps[index]!.code, 0);
    assert.match(helps[index]!.stdout, new RegExp(`^Usage: pg8s ${command} `));
  });
});

test('without a command, the help is printed', async () => {
  const bare = await pg8s([]);
  assert.equal(bare.code, 0);
  assert.equal(bare.stdout, (await pg8s(['--help'])).stdout);
  assert.equal(bare.stderr, '');
});

test('the parts print their versions as their originals do', async () => {
  const versions: [string, RegExp][] = [
    ['etcd', /^etcd Version: 3\.6\.\d+\n$/],
    ['apiserver', /^Kubernetes v1\.36\.\d+\+pg8s\n$/],
    ['controllers', /^Kubernetes v1\.36\.\d+\+pg8s\n$/],
    ['scheduler', /^Kubernetes v1\.36\.\d+\+pg8s\n$/],
  ];
  for (const [command, expected] of versions) {
    const { code, stdout } = await pg8s([command, '--version']);
    assert.equal(code, 0);
    assert.match(stdout, expected);
  }
});

test('completion scripts', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) assert.match((await pg8s(['complete', shell])).stdout, /pg8s/);
});

test('what is wrong on the command line is said in one line, with a non-zero exit', async () => {
  const cases: [string[], RegExp][] = [
    [['up', '--secure-port', '70000'], /'--secure-port <port>'.*A whole number from 0 to 65535 is expected/],
    [['up', '--nodes', 'many'], /A whole number from 0 to 1000 is expected/],
    [['down'], /^error: unknown command 'down'/],
    [['up', 'down'], /too many arguments for 'up'/],
    [['up', '--postgres-url', 'foo'], /^pg8s: --postgres-url must be a URL, /],
    [['etcd', '--postgres-url', 'foo'], /^pg8s: --postgres-url must be a URL, /],
    ...(process.platform === 'linux'
      ? ([[['up', '--data-dir', '/proc/x'], /^pg8s: cannot make the data directory \/proc\/x: ENOENT/]] as [
          string[],
          RegExp,
        ][])
      : []),
    [['up', '--no-such-flag'], /unknown option '--no-such-flag'/],
    [['etcd', '--max-txn-ops', 'x'], /^pg8s: --max-txn-ops is "x", but must be a whole number$/],
    [['apiserver', '--cert-dir', '/nowhere'], /^pg8s: --etcd-servers must name at least one URL$/],
    [['controllers', '--kubeconfig', '/nowhere'], /^pg8s: kubeconfig \/nowhere: /],
    [['decode', '/nowhere'], /^pg8s: ENOENT/],
    [['decode', '-o', 'xml'], /Allowed choices are json, yaml/],
  ];
  await Promise.all(
    cases.map(async ([args, expected]) => {
      const { code, stderr } = await pg8s(args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(stderr.trim(), expected);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }),
  );
});

test('decode and encode are each other’s reverse', async () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'value' } };
  const encoded = await pg8s(['encode', '--base64'], `${JSON.stringify(object)}\n`);
  assert.equal(encoded.code, 0, encoded.stderr);
  assert.match(encoded.stdout, /^azhzAA/);
  const decoded = await pg8s(['decode', '--base64'], encoded.stdout);
  assert.deepEqual(JSON.parse(decoded.stdout), object);
  assert.match(
    (await pg8s(['decode', '-o', 'yaml', '--base64'], encoded.stdout)).stdout,
    /^kind: ConfigMap$/m,
  );
});
