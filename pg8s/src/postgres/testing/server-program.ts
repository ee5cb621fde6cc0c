// A process that starts the embedded PostgreSQL on the folder that it is given, says so, and then does what
// each line of its standard input says: `sql TEXT`, `stop`, or a way to end without stopping it. Answers are
// lines of JSON.
import { createInterface } from 'node:readline';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import pino from 'pino';
import { startEmbeddedPostgres } from '../embedded.ts';

const log = pino({ level: 'warn' }, pino.destination(2));
const [dataDir = ''] = process.argv.slice(2);

function answer(value: unknown): void {
  console.log(JSON.stringify(value));
}

try {
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } });
  const connection = new Connection({ connectionString: postgres.url, role: 'test', log, timeoutMs: 15_000 });
  answer({ created: postgres.created });
  for await (const line of createInterface({ input: process.stdin })) {
    const [, verb, text = ''] = /^(\w+) ?(.*)$/.exec(line) ?? [];
    if (verb === 'sql') {
      answer(await connection.query(text).catch((error: Error) => ({ error: error.message })));
    } else if (verb === 'exit') {
      process.exit(3);
    } else if (verb === 'throw') {
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
    } else {
      break;
    }
  }
  await connection.close();
  await postgres.stop();
  process.exit(0);
} catch (error) {
  answer({ error: (error as Error).message });
  process.exit(1);
}
