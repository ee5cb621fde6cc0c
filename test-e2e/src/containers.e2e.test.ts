import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { obtainClients } from './clients/obtain.ts';
import { run } from './command.ts';
import { projectRoot } from './running-pg8s.ts';

/** A PostgreSQL image: the official one, or any that takes its environment variables. */
const image = process.env['PG8S_TEST_POSTGRES_IMAGE'] ?? 'postgres:18';
const password = 'secret';

// The suite stops what it starts; without the helper container one image is enough.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

/** Why the suite cannot run here, or undefined. Asks the engine; an image that is not there may be pulled. */
async function missing(): Promise<string | undefined> {
  try {
    const client = await getContainerRuntimeClient();
    const [name = '', tag = 'latest'] = image.split(':');
    if (await client.image.exists(new ImageName(undefined, name, tag))) return undefined;
    await run('docker', ['pull', '--quiet', image], { timeoutMs: 120_000, env: process.env });
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
}

const reason = await missing();
if (reason !== undefined) {
  console.log(`skipped: no container of ${image} can be started here (${reason})`);
}

describe('the shim on a PostgreSQL from an image', { skip: reason ?? false }, () => {
  let postgres: StartedTestContainer;
  let shim: ReturnType<typeof spawn>;
  let endpoint: string;

  before(async () => {
    postgres = await new GenericContainer(image)
      .withEnvironment({ POSTGRES_PASSWORD: password, POSTGRES_DB: 'pg8s' })
      .withExposedPorts(5432)
      // The image starts the server twice: to initialise, and to serve.
      .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
      .withStartupTimeout(120_000)
      .start();
    const url = `postgres://postgres:${password}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/pg8s`;
    shim = spawn(
      'npx',
      [
        'pg8s',
        'etcd',
        '--postgres-url',
        url,
        '--listen-client-urls',
        'http://127.0.0.1:0',
        '--log-outputs',
        'stderr',
      ],
      { cwd: projectRoot, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    endpoint = await new Promise((resolve, reject) => {
      const lines: string[] = [];
      createInterface({ input: shim.stderr! }).on('line', (line) => {
        lines.push(line);
        const found = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line);
        if (found !== null) resolve(found[0]);
      });
      shim.once('exit', (code) => reject(new Error(`the shim ended with ${code}:\n${lines.join('\n')}`)));
    });
  });

  after(async () => {
    if (shim !== undefined && shim.exitCode === null) {
      process.kill(-shim.pid!, 'SIGTERM');
      await once(shim, 'exit');
    }
    await postgres?.stop();
  });

  test('etcdctl puts, gets, watches and deletes', async () => {
    const { etcdctl } = await obtainClients();
    const ask = (...args: string[]): Promise<string> =>
      run(etcdctl, args, { env: { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoint } });
    assert.equal(await ask('put', 'greeting', 'hello'), 'OK\n');
    assert.equal(await ask('get', 'greeting'), 'greeting\nhello\n');
    assert.match(await ask('endpoint', 'status'), /127\.0\.0\.1/);
    assert.equal(await ask('del', 'greeting'), '1\n');
    assert.equal(await ask('get', 'greeting'), '');
  });
});
