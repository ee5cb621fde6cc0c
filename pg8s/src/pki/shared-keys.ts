import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import { migrate } from '@pg8s/shim/postgres/migrate';
import type { Logger } from 'pino';
import { writePrivate } from '../private-file.ts';
import { certificateFacts, publicHalf } from './read-certificate.ts';
import { PkiStore } from './store.ts';
import { UsageError } from '../usage-error.ts';

/** What all control planes on one store must have in common: a file for everybody, and its private key. */
interface SharedPair {
  name: string;
  publicFile: string;
  keyFile: string;
  make(store: PkiStore): Promise<unknown>;
  /** Throws for what is damaged. */
  check(publicText: string, key: string): unknown;
}

const pairs: readonly SharedPair[] = [
  authority('ca', 'kubernetes'),
  authority('etcd/ca', 'etcd-ca'),
  {
    name: 'sa',
    publicFile: 'sa.pub',
    keyFile: 'sa.key',
    make: (store) => store.tokenKeys('sa'),
    check: (_, key) => publicHalf(key),
  },
];

function authority(name: string, commonName: string): SharedPair {
  return {
    name,
    publicFile: `${name}.crt`,
    keyFile: `${name}.key`,
    make: (store) => store.authority(name, commonName),
    check: (cert, key) => [certificateFacts(cert), publicHalf(key)],
  };
}

const timeoutMs = 15_000;
/** Any number that nobody else locks by; of one control plane at a time. */
const lock = 7_238_015_592;

const createTable = `
CREATE TABLE IF NOT EXISTS pg8s.control_plane_keys (
  name text PRIMARY KEY, public text NOT NULL, private text NOT NULL, made_at timestamptz NOT NULL DEFAULT now());
REVOKE ALL ON pg8s.control_plane_keys FROM PUBLIC`;

/**
 * Gives the control planes on one database the same CAs and the same key for tokens: those in the table
 * `pg8s.control_plane_keys` are written to the PKI folder `folder`, and what is not there yet is taken from
 * the folder, or made. Of several that start at once, one makes them. A pair in the folder that differs is
 * kept beside it, as `*.replaced`.
 *
 * @throws UsageError when the keys in the database are damaged; StoreError when it cannot be reached or
 * written.
 */
export async function shareKeys(options: {
  postgresUrl: string;
  folder: string;
  log: Logger;
}): Promise<void> {
  const { postgresUrl, folder, log } = options;
  const connection = new Connection({ connectionString: postgresUrl, role: 'keys', log, timeoutMs });
  const store = new PkiStore(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await migrate(connection);
    await connection.transaction(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(${lock})`);
      await query(createTable);
      const rows = await query('SELECT name, public, private FROM pg8s.control_plane_keys');
      for (const pair of pairs) {
        const [, publicText, key] = rows.find(([name]) => name === pair.name) ?? [];
        if (publicText != null && key != null) {
          await adopt({ pair, folder, log }, publicText, key);
          continue;
        }
        await pair.make(store);
        await query('INSERT INTO pg8s.control_plane_keys (name, public, private) VALUES ($1, $2, $3)', [
          pair.name,
          await readFile(join(folder, pair.publicFile), 'utf8'),
          await readFile(join(folder, pair.keyFile), 'utf8'),
        ]);
      }
    });
  } finally {
    await store.close();
    await connection.close();
  }
}

async function adopt(
  { pair, folder, log }: { pair: SharedPair; folder: string; log: Logger },
  publicText: string,
  key: string,
): Promise<void> {
  try {
    pair.check(publicText, key);
  } catch (error) {
    throw new UsageError(
      `the keys "${pair.name}" in the table pg8s.control_plane_keys are damaged: ${(error as Error).message}`,
    );
  }
  const files = [
    [join(folder, pair.keyFile), key],
    [join(folder, pair.publicFile), publicText],
  ] as const;
  let isReplaced = false;
  for (const [file, text] of files) {
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === text) continue;
    if (found === undefined) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    else {
      await rename(file, `${file}.replaced`);
      isReplaced = true;
    }
    await writePrivate(file, text);
  }
  if (isReplaced)
    log.warn(`${join(folder, pair.publicFile)} was replaced by that of the database's control planes`);
}
