import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../api-errors/status-error.ts';
import { PathRouter } from '../http/path-router.ts';
import type { RequestContext } from '../http/request-context.ts';
import { HealthMetrics } from '../metrics/health-metrics.ts';
import { ping, serveHealth } from './health.ts';
import { serveStatusz } from './serve-statusz.ts';

/** What a router answers to a GET, as text. */
async function answer(router: PathRouter, target: string, accept = ''): Promise<string> {
  const url = new URL(target, 'https://localhost');
  let text = '';
  const response = {
    setHeader() {},
    writeHead: () => response,
    end(body?: string | Uint8Array) {
      text += body === undefined ? '' : Buffer.from(body as string).toString();
    },
  };
  await router.handler({
    requestInfo: { path: url.pathname },
    request: { method: 'GET', headers: { accept } },
    response,
    url,
    log: { info() {} },
    sending() {},
    room: async () => {},
  } as unknown as RequestContext);
  return text;
}

test('/metrics/slis counts the checks of whole health pages', async () => {
  const router = new PathRouter();
  const metrics = new HealthMetrics(12_500);
  const failing = {
    name: 'etcd',
    check() {
      throw new Error('gone');
    },
  };
  serveHealth(router, '/readyz', {
    checks: [ping, failing],
    observe: (type, name, succeeded) => metrics.observe(type, name, succeeded),
  });
  router.any('/metrics/slis', metrics.handler);
  await answer(router, '/readyz');
  await answer(router, '/readyz?exclude=etcd');
  await answer(router, '/readyz/ping');
  const lines = (await answer(router, '/metrics/slis')).split('\n').filter((line) => !line.startsWith('#'));
  assert.deepEqual(
    lines.filter((line) => line !== ''),
    [
      'kubernetes_healthcheck{name="etcd",type="readyz"} 0',
      'kubernetes_healthcheck{name="ping",type="readyz"} 1',

      'kubernetes_healthchecks_total{name="etcd",status="error",type="readyz"} 1',
      'kubernetes_healthchecks_total{name="ping",status="success",type="readyz"} 2',
      'process_start_time_seconds 12.5',
    ],
  );
});

test('/statusz is text for people', async () => {
  const router = new PathRouter();
  const startedAtMs = Date.UTC(2026, 10, 3, 16, 15, 22);
  const version = { gitVersion: 'v1.36.3+pg8s', goVersion: 'node v24.0.0', major: '1', minor: '36' };
  serveStatusz(router, { version, startedAtMs, now: () => startedAtMs + 3_971_000, random: () => 0 });
  router.any('/healthz', async () => {});
  const text = await answer(router, '/statusz', 'application/json;q=0.1, text/plain');
  assert.match(
    text,
    /^\napiserver statusz\nWarning: .*purposes only\.\n\nStarted: Tue Nov {2}3 16:15:22 UTC 2026\nUp: 1 hr 06 min 11 sec\nGo version: node v[\d.]+\nBinary version: 1\.36\S*\nEmulation version: 1\.36\nPaths: \/healthz \/statusz\n$/,
  );
  await assert.rejects(answer(router, '/statusz', 'application/json'), (error) => {
    assert.ok(error instanceof StatusError);
    assert.equal(
      error.message,
      'only the following media types are accepted: application/json, application/yaml, text/plain',
    );
    return true;
  });
});
