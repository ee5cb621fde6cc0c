/** For a container's health check: exit code 0 when the API server in this container is ready. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

const url = new URL('/readyz', process.env['PG8S_HEALTHCHECK_URL'] ?? 'https://127.0.0.1:6443');
const ca = await readFile('/data/pki/ca.crt').catch(() => undefined);
const asked = request(url, { ...(ca === undefined ? {} : { ca }), timeout: 2_500 }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
asked.on('timeout', () => asked.destroy(new Error('timeout')));
asked.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
asked.end();
