/**
 * `npm run soak`: PG8S_SOAK_MINUTES (10) of mixed load on one shim and a PostgreSQL of its own. Ends with an
 * error when something still grows at the end.
 *
 * `npm run soak -- growth`: PG8S_SOAK_MINUTES (60) of PG8S_SOAK_WRITES (250) a second on 10,000 keys,
 * compacted every PG8S_SOAK_COMPACTION_MINUTES (5). Ends with an error when the database has become much
 * larger than what is in it.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import { soakMixedLoad } from './mixed-load.ts';
import { soakChurn } from './churn.ts';

const { PG8S_SOAK_MINUTES, PG8S_SOAK_WRITES = 250, PG8S_SOAK_COMPACTION_MINUTES = 5 } = process.env;
const [mode = 'mixed'] = process.argv.slice(2);
if (mode !== 'mixed' && mode !== 'growth') {
  console.error(`unknown kind of soak: ${mode} (mixed or growth)`);
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'pg8s-soak-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, 'postgres'),
  log: pino({ level: 'warn' }),
});
try {
  const wrong =
    mode === 'mixed'
      ? await soakMixedLoad(postgres.url, Number(PG8S_SOAK_MINUTES ?? 10))
      : await soakChurn(postgres.url, {
          minutes: Number(PG8S_SOAK_MINUTES ?? 60),
          writesPerSecond: Number(PG8S_SOAK_WRITES),
          compactionMinutes: Number(PG8S_SOAK_COMPACTION_MINUTES),
        });
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
