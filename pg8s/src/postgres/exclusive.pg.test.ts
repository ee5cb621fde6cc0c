import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import pino from 'pino';
import { openStore, type OpenedStore, type OpenStoreOptions } from '@pg8s/shim/postgres/open-store';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

const log = pino({ level: 'silent' });
const bytes = (text: string): Buffer => Buffer.from(text);

async function startServer(t: TestContext, isExclusive: boolean): Promise<EmbeddedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-exclusive-'));
  await chmod(folder, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log, isExclusive });
  t.after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return server;
}

async function open(
  t: TestContext,
  connectionString: string,
  options: Partial<OpenStoreOptions> = {},
): Promise<OpenedStore> {
  const opened = await openStore({ connectionString, log, ...options });
  t.after(() => opened.close());
  return opened;
}

/** The URL without, or with another, word to the server about who comes. */
function as(url: string, client: string | undefined): string {
  const other = new URL(url);
  other.searchParams.delete('options');
  if (client !== undefined) other.searchParams.set('options', `-c pg8s.client=${client}`);
  return other.href;
}

test('the own server of a process lets in its etcd server, and no other one', async (t) => {
  const server = await startServer(t, true);
  const refused = {
    code: 'unavailable',
    message: /own server of another pg8s process, which lets no other etcd server use its databases$/,
  };
  const reach = (url: string): Promise<unknown> => openStore({ connectionString: url, log });
  await assert.rejects(reach(as(server.url, undefined)), refused);
  await assert.rejects(reach(as(server.url, 'somebody')), refused);
  const own = await open(t, server.url);
  await own.store.put({ key: bytes('a'), value: bytes('1') });
  await assert.rejects(reach(as(server.url, undefined)), refused);
  assert.equal((await own.store.range({ key: bytes('a') })).count, 1);
});

test('a server that another one has taken the place of is not taken for the own one', async (t) => {
  const server = await startServer(t, false);
  await assert.rejects(openStore({ connectionString: as(server.url, 'owner'), log }), {
    code: 'unavailable',
    message: /it is not the server that this process has started$/,
  });
  const one = await open(t, server.url, { pollIntervalMs: 60_000, hints: false });
  const other = await open(t, server.url, { pollIntervalMs: 60_000, hints: false });
  await one.store.put({ key: bytes('a'), value: bytes('1') });
  assert.equal((await other.store.range({ key: bytes('a') })).count, 1, 'who may not be alone asks');
});

test('auth that was changed holds for the next request of a shim that is alone', async (t) => {
  const server = await startServer(t, true);
  const { store, auth } = await open(t, server.url, { pollIntervalMs: 60_000 });
  assert.equal(auth.table.state.enabled, false);
  await auth.port.change((state) => ({ ...state, enabled: true, revision: state.revision + 1 }));
  assert.equal(auth.table.state.enabled, true);
  await assert.rejects(
    store.range({ key: bytes('a') }, (view) => {
      if (view.auth.enabled) throw new Error('seen');
    }),
    /seen/,
  );
});
