import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { parse as parseYaml } from 'yaml';
import { StatusError } from '../api-errors/status-error.ts';
import { PathRouter } from '../http/path-router.ts';
import { fakeExchange, type FakeRequest } from '../http/testing/fake-exchange.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import { serveDebugFlags } from './serve-debug-flags.ts';
import { serveFlagz } from './serve-flagz.ts';
import { serveStatusz } from './serve-statusz.ts';

const startedAtMs = Date.UTC(2026, 10, 3, 16, 15, 22);
const version = { gitVersion: 'v1.36.3+pg8s', goVersion: 'node v24.0.0', major: '1', minor: '36' };

async function asked(router: PathRouter, request: FakeRequest) {
  const { context, response } = fakeExchange(request);
  await router.handler(context);
  return { context, response };
}

const as = (kind: string, version: string, type = 'json') =>
  `application/${type};v=${version};g=config.k8s.io;as=${kind}`;

test('pages are objects for who names their kind and version', async () => {
  const { requests, registry } = new ServerMetrics();
  const router = new PathRouter();
  const pages = { random: () => 0, requests };
  serveStatusz(router, { ...pages, version, startedAtMs, now: () => startedAtMs + 61_500 });
  serveFlagz(router, { ...pages, flags: { v: '3', 'authorization-mode': '[RBAC]' } });

  const status = await asked(router, { url: '/statusz', headers: { accept: as('Statusz', 'v1beta1') } });
  assert.equal(
    status.response.headers['content-type'],
    'application/json;g=config.k8s.io;v=v1beta1;as=Statusz',
  );
  assert.deepEqual(JSON.parse(status.response.text), {
    kind: 'Statusz',
    apiVersion: 'config.k8s.io/v1beta1',
    metadata: { name: 'apiserver' },
    startTime: '2026-11-03T16:15:22Z',
    uptimeSeconds: 61,
    goVersion: 'node v24.0.0',
    binaryVersion: '1.36.3+pg8s',
    emulationVersion: '1.36',
    paths: ['/flagz', '/statusz'],
  });

  const old = await asked(router, { url: '/flagz', headers: { accept: as('Flagz', 'v1alpha1', 'yaml') } });
  assert.equal(
    String(old.response.headers['warning']),
    '299 - "This version of the flagz endpoint is deprecated. Please use a newer version."',
  );
  assert.deepEqual(parseYaml(old.response.text), {
    kind: 'Flagz',
    apiVersion: 'config.k8s.io/v1alpha1',
    metadata: { name: 'apiserver' },
    flags: { 'authorization-mode': '[RBAC]', v: '3' },
  });

  const text = await asked(router, { url: '/flagz', headers: { accept: 'application/json, */*' } });
  assert.match(text.response.text, /purposes only\.\nauthorization-mode:\[RBAC\]\nv:3\n$/);

  const refused = ['application/json', as('Flagz', 'v1beta1'), as('Statusz', 'v2'), 'text/plain;as=Statusz'];
  for (const accept of refused) {
    const error = await asked(router, { url: '/statusz', headers: { accept } }).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof StatusError && error.status.code === 406, accept);
  }

  status.context.counter?.answered({
    code: 200,
    seconds: 0,
    waitedSeconds: 0,
    bytes: 1,
    fieldValidation: '',
  });
  assert.match(
    await registry.text(),
    /^apiserver_request_total\{code="200",component="apiserver",dry_run="",group="config.k8s.io",resource="statusz",scope="",subresource="",verb="GET",version="v1beta1"\} 1$/m,
  );
});

test('/debug/flags/v changes the verbosity of the log, and back', async () => {
  const log = pino({ level: 'warn' }, { write() {} });
  const router = new PathRouter();
  serveDebugFlags(router, log);
  const put = async (body: string) => {
    const { response } = await asked(router, { method: 'PUT', url: '/debug/flags/v', body });
    return [response.statusCode, response.text, log.level];
  };
  assert.deepEqual(await put('3'), [200, 'successfully set klog.logging.verbosity to 3', 'debug']);
  assert.deepEqual(await put('2'), [200, 'successfully set klog.logging.verbosity to 2', 'warn']);
  assert.deepEqual(await put('-1'), [400, 'strconv.ParseUint: parsing "-1": invalid syntax\n', 'warn']);
  assert.deepEqual(await put('3\n'), [400, 'strconv.ParseUint: parsing "3\\n": invalid syntax\n', 'warn']);
  assert.deepEqual(await put('99999999999'), [
    400,
    'strconv.ParseUint: parsing "99999999999": value out of range\n',
    'warn',
  ]);
  const { response } = await asked(router, { url: '/debug/flags/v' });
  assert.deepEqual([response.statusCode, response.text], [406, 'unsupported http method\n']);
  assert.deepEqual(router.paths(), [], 'debug paths are not listed');
});
