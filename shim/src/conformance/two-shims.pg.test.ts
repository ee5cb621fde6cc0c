import { test } from 'node:test';
import type { EtcdClient } from '../client/etcd-client.ts';
import { createDatabase } from '../postgres/testing/create-database.ts';
import { findPgbouncer, Pgbouncer } from '../postgres/testing/pgbouncer.ts';
import { startShim } from '../server.ts';
import { runCases } from './run-cases.ts';

// The same cases when no two requests in a row meet the same shim, and no shim is notified of the other's
// commits: what one shim wrote the other finds by asking, and watches by polling.
const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
const program = findPgbouncer();
const pooled = 'two shims behind PgBouncer in transaction mode';

if (serverUrl === undefined) {
  test(
    'etcd conformance: two shims',
    { skip: 'PG8S_TEST_POSTGRES_URL names no PostgreSQL server' },
    () => {},
  );
} else {
  runCases('two shims without notifications', () => openTwo(serverUrl, { hints: false }));
  if (program === undefined) {
    test(
      `etcd conformance: ${pooled}`,
      { skip: 'there is no pgbouncer in PATH (Debian: pgbouncer)' },
      () => {},
    );
  } else {
    runCases(pooled, async () => {
      const pgbouncer = await Pgbouncer.start(program, serverUrl);
      const opened = await openTwo(serverUrl, { through: (url) => pgbouncer.through(url) });
      return {
        ...opened,
        async close() {
          await opened.close();
          await pgbouncer.stop();
        },
      };
    });
  }
}

async function openTwo(server: string, how: { hints?: boolean; through?: (url: string) => string }) {
  const database = await createDatabase(server);
  const start = () =>
    startShim({
      postgresUrl: how.through?.(database.url) ?? database.url,
      listenClientUrls: ['http://127.0.0.1:0'],
      hints: how.hints,
      pollIntervalMs: 20,
    });
  const shims = [await start(), await start()];
  return {
    name: 'two shims',
    version: 'shim',
    client: inTurn(shims.map((shim) => shim.client())),
    async close() {
      await Promise.all(shims.map((shim) => shim.close()));
      await database.drop();
    },
  };
}

/**
 * A client whose calls go to these in turn. A watch "from now on" and a serializable read begin with what
 * that server has heard of, as on a member of etcd that is behind: a client that wants to see what another
 * member has acknowledged makes a linearizable read first.
 */
function inTurn(clients: readonly EtcdClient[]): EtcdClient {
  let calls = 0;
  const next = (): EtcdClient => clients[calls++ % clients.length] as EtcdClient;
  const catchUp = (client: EtcdClient) => client.range({ key: Buffer.from('none'), countOnly: true });
  const own: Partial<EtcdClient> = {
    close() {
      for (const client of clients) client.close();
    },
    async range(request, options) {
      const client = next();
      if (request.serializable === true) await catchUp(client);
      return client.range(request, options);
    },
    async txn(request, options) {
      const client = next();
      await catchUp(client);
      return client.txn(request, options);
    },
    watch() {
      const client = next();
      const stream = client.watch();
      const send = stream.send.bind(stream);
      let sent = Promise.resolve();
      stream.send = (request) => {
        sent = sent.then(async () => {
          await catchUp(client);
          send(request);
        });
      };
      return stream;
    },
  };
  return new Proxy(clients[0] as EtcdClient, {
    get(_target, name: keyof EtcdClient) {
      if (name in own) return own[name];
      const client = next();
      return client[name].bind(client);
    },
  });
}
