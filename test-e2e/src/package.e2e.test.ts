/** What is published to npm: packed, installed into an empty folder, and used there as README says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { obtainClients } from './clients/obtain.ts';
import { obtainNode } from './clients/obtain-node.ts';
import { attempt, run } from './command.ts';
import { cleanEnv, projectRoot } from './running-pg8s.ts';

/**
 * The oldest that package.json allows. Earlier ones of 22 end with a corrupted heap when HTTP/2 sessions
 * close.
 */
const oldestNode = '22.23.2';
/** The size of the tarball is 1.0 MB. */
const mostBytes = 1_500_000;
/** On a machine that is busy with other things. */
const timeoutMs = 240_000;

/** A test suite of a user; plain JavaScript, whose types are checked too where it is TypeScript. */
const suite = (types: { options: string; cluster: string }) => `
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import { startControlPlane, UsageError } from 'pg8s';
import { startTestCluster } from 'pg8s/testing';
${types.options === '' ? '' : "import type { ControlPlane, ControlPlaneOptions } from 'pg8s';"}

const options${types.options} = { nodes: 1 };

test('a cluster for a test', async () => {
  const cluster${types.cluster} = await startControlPlane(options);
  try {
    const part = (name${types.options === '' ? '' : ': string'}) =>
      Buffer.from(new RegExp(name + ': (\\\\S+)').exec(cluster.kubeconfig)?.[1] ?? '', 'base64');
    const credentials = {
      ca: part('certificate-authority-data'),
      cert: part('client-certificate-data'),
      key: part('client-key-data'),
    };
    const list = await new Promise((resolve, reject) => {
      request(cluster.server + '/api/v1/nodes', { ...credentials, agent: false }, (response) => {
        response.setEncoding('utf8').toArray().then((texts) => resolve(texts.join('')), reject);
      }).on('error', reject).end();
    });
    assert.match(String(list), /"kind":"NodeList".*"name":"node-1"/);
    await assert.rejects(startControlPlane({ securePort: Number(new URL(cluster.server).port) }), UsageError);
  } finally {
    await cluster.close();
  }
  const another = await startTestCluster(options);
  assert.notEqual(another.server, cluster.server);
  await another.close();
  assert.equal('toJSON' in BigInt.prototype, false);
});
`;

const packages = { javascript: 'cluster.test.mjs', typescript: 'cluster.test.mts' } as const;

describe('the published package', () => {
  let folder: string;
  let app: string;
  let tarball: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-package-'));
    app = join(folder, 'app');
    await mkdir(app);
    await run('npm', ['pack', '--pack-destination', folder], {
      cwd: join(projectRoot, 'pg8s'),
      env: cleanEnv(),
      timeoutMs,
    });
    const [name, ...others] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
    assert.ok(name !== undefined && others.length === 0);
    tarball = join(folder, name);
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], {
      cwd: app,
      env: cleanEnv(),
      timeoutMs,
    });
    await writeFile(join(app, packages.javascript), suite({ options: '', cluster: '' }));
    await writeFile(
      join(app, packages.typescript),
      suite({ options: ': ControlPlaneOptions', cluster: ': ControlPlane' }),
    );
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  test('has no sources, no tests and no facts, and brings none of its private packages by name', async () => {
    const listing = (await run('tar', ['-tzf', tarball])).trim().split('\n');
    const wrong = listing.filter((file) => /(?<!\.d)\.ts$|\.test\.|\/testing\/|\.br$|\/src\//.test(file));
    assert.deepEqual(wrong, []);
    for (const file of ['README.md', 'LICENSE', 'bin/pg8s.js', 'dist/index.js', 'dist/index.d.ts']) {
      assert.ok(listing.includes(`package/${file}`), file);
    }
    const { length } = await readFile(tarball);
    assert.ok(length < mostBytes, `${length} bytes`);
    assert.deepEqual(
      (await readdir(join(app, 'node_modules'))).filter((name) => name === '@pg8s'),
      [],
    );
    assert.deepEqual(await readdir(join(projectRoot, 'pg8s')).then((names) => names.includes('dist')), false);
  });

  test('npx pg8s up starts a control plane, and SIGTERM ends it', async () => {
    const { kubectl } = await obtainClients();
    const child = spawn('npx', ['pg8s', 'up', '--secure-port', '0', '--etcd-port', '0'], {
      cwd: app,
      env: { ...cleanEnv(), PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const exited = once(child, 'exit');
    try {
      const output: string[] = [];
      child.stderr.on('data', (data: Buffer) => output.push(String(data)));
      for await (const line of createInterface({ input: child.stdout })) {
        output.push(line);
        if (line.startsWith('Ready')) break;
      }
      assert.ok(output.at(-1)?.startsWith('Ready'), output.join('\n'));
      const env = { ...cleanEnv(), KUBECONFIG: join(app, '.pg8s/kubeconfig') };
      assert.match(await run(kubectl, ['get', 'nodes'], { env }), /^node-1 +Ready/m);
      // Expanded by a table, read through a thread, printed by another table.
      await run(kubectl, ['create', 'deployment', 'web', '--image=nginx'], { env });
      await run(kubectl, ['rollout', 'status', 'deployment/web', '--timeout=60s'], { env });
      assert.match(await run(kubectl, ['explain', 'pods.spec'], { env }), /containers/);
    } finally {
      process.kill(-child.pid!, 'SIGTERM');
      await exited;
    }
    const stopped = await run(process.execPath, [join(app, 'node_modules/.bin/pg8s'), '--version']);
    assert.match(stopped, /^\d+\.\d+\.\d+$/m);
  });

  for (const moduleResolution of ['nodenext', 'bundler']) {
    test(`types are checked with moduleResolution ${moduleResolution}`, async () => {
      const config = join(app, `tsconfig.${moduleResolution}.json`);
      const compilerOptions = {
        module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
        moduleResolution,
        target: 'es2023',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        // Only what a user has of Node's types comes from elsewhere.
        types: ['node'],
        typeRoots: [join(projectRoot, 'node_modules/@types')],
      };
      await writeFile(config, JSON.stringify({ compilerOptions, files: [packages.typescript] }));
      const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
      const { code, stdout } = await attempt(process.execPath, [tsc, '-p', config], { cwd: app });
      const ours = stdout.split('\n').filter((line) => /^(node_modules\/pg8s\/|cluster\.)/.test(line));
      assert.deepEqual(ours, []);
      assert.equal(code, 0, stdout);
    });
  }

  test('a wrong option is an error of the types', async () => {
    const config = join(app, 'tsconfig.wrong.json');
    await writeFile(
      join(app, 'wrong.mts'),
      "import { startControlPlane } from 'pg8s';\nawait startControlPlane({ nodes: 'one' });\n",
    );
    const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, types: [] };
    await writeFile(
      config,
      JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ['wrong.mts'] }),
    );
    const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
    const refused = await attempt(process.execPath, [tsc, '-p', config], { cwd: app });
    assert.match(refused.stdout, /^wrong\.mts\(2,27\): error TS2322/m);
  });

  test('a suite in TypeScript runs by the pinned Node', async () => {
    await run(process.execPath, ['--test', packages.typescript], { cwd: app, env: cleanEnv(), timeoutMs });
  });

  test('a suite in JavaScript runs by the oldest Node that is allowed', async (t) => {
    const manifest = JSON.parse(await readFile(join(projectRoot, 'pg8s/package.json'), 'utf8')) as {
      engines: { node: string };
    };
    assert.equal(manifest.engines.node, `>=${oldestNode}`);
    const bin = await obtainNode(oldestNode);
    if (bin === undefined) return t.skip(`npm has no Node ${oldestNode} for this machine`);
    const env = { ...cleanEnv(), PATH: `${bin}${delimiter}${process.env['PATH']}` };
    await run('node', ['--test', packages.javascript], { cwd: app, env, timeoutMs });
    return undefined;
  });

  test('an older Node is told which one is needed', async (t) => {
    const old = await olderNode();
    if (old === undefined) return t.skip('there is no older Node on PATH');
    const line = new RegExp(`pg8s needs Node 22\\.23\\.2 or later, this is ${old.version}$`, 'm');
    const command = await attempt(old.node, [join(app, 'node_modules/.bin/pg8s'), 'up']);
    assert.equal(command.code, 1);
    assert.match(command.stderr, line);
    assert.equal(command.stderr.trim().split('\n').length, 1);
    const imported = await attempt(old.node, ['--input-type=module', '-e', "import 'pg8s';"], { cwd: app });
    assert.notEqual(imported.code, 0);
    assert.match(imported.stderr, line);
    return undefined;
  });
});

/** A Node on PATH that is older than what is allowed; npm scripts have the pinned one before it. */
async function olderNode(): Promise<{ node: string; version: string } | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = join(folder, 'node');
    const { code, stdout } = await attempt(node, ['--version']);
    if (code === 0 && /^v(1\d|2[01])\./.test(stdout)) return { node, version: stdout.trim().slice(1) };
  }
  return undefined;
}
