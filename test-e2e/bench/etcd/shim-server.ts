/** The shim as a process of its own: `shim-server.ts POSTGRES_URL` sends its URL to the parent. */
import { pino } from 'pino';
import { startShim } from '@pg8s/shim/server';

const shim = await startShim({
  postgresUrl: process.argv[2] as string,
  listenClientUrls: ['http://127.0.0.1:0'],
  log: pino({ level: 'error' }, process.stderr),
});
process.send?.({ url: shim.clientUrls[0] });
process.once('disconnect', () => void shim.close().then(() => process.exit()));
