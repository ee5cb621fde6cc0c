import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PathRouter, constantJson } from './path-router.ts';
import { PathTable } from './path-table.ts';
import { sendText } from './respond.ts';
import { StatusError } from '../api-errors/status-error.ts';
import { fakeExchange } from './testing/fake-exchange.ts';

const router = new PathRouter();
router.any('/healthz', (context) => sendText(context, 200, 'ok'));
router.any('/apis/apps', (context) => sendText(context, 200, 'group'));
router.unlisted('/apis/apps/', (context) => sendText(context, 200, 'group'));
router.claim('/apis/apps');
router.service('/api', (context) => sendText(context, 200, 'versions'));
router.service('/version', constantJson({ major: '1' }));
router.below('/openapi/v3/', (context) => sendText(context, 200, 'page'));

/** The code and the beginning of the answer; a Status is marked. */
async function ask(method: string, url: string, accept = '*/*'): Promise<string> {
  const { context, response } = fakeExchange({ method, url, headers: { accept } });
  try {
    await router.handler(context);
    return `${response.statusCode} ${response.text.split('\n')[0]}`;
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return `Status ${error.status.code}`;
  }
}

/** As kube-apiserver 1.36 answers; asked of it. */
const answers: readonly (readonly [method: string, path: string, answer: string])[] = [
  ['GET', '/healthz', '200 ok'],
  ['DELETE', '/healthz', '200 ok'],
  ['GET', '/healthz/', '404 404 page not found'],
  ['GET', '/healthz/../version', '404 404 page not found'],
  ['GET', '//healthz', '404 404 page not found'],
  ['POST', '/apis/apps', '200 group'],
  ['GET', '/apis/apps/', '200 group'],
  ['GET', '/apis/apps/v9', 'Status 404'],
  ['GET', '/apis/foo', '404 404 page not found'],
  ['GET', '/api/', '200 versions'],
  ['HEAD', '/api', 'Status 405'],
  ['POST', '/version', 'Status 405'],
  ['GET', '/version/', '200 {'],
  ['GET', '/version/foo', 'Status 404'],
  ['GET', '/versions', '404 404 page not found'],
  ['PATCH', '/openapi/v3/api/v1', '200 page'],
  ['POST', '/index.html', '200 {'],
];

for (const [method, path, answer] of answers) {
  test(`${method} ${path}`, async () => assert.equal(await ask(method, path), answer));
}

test('what has one form only is not given to who wants another', async () => {
  assert.equal(await ask('GET', '/version', 'application/yaml'), 'Status 406');
  assert.equal(await ask('GET', '/version', 'text/html, application/json;q=0.9'), '200 {');
  assert.equal(await ask('GET', '/version', 'text/html, */*;q=0.1'), '200 {');
});

test('the root lists what is there', () => {
  assert.deepEqual(router.paths(), ['/api', '/apis/apps', '/healthz', '/version']);
});

test('mounted paths may change from request to request', async () => {
  const changing = new PathRouter();
  let table = new PathTable();
  changing.mount(() => table);
  const code = async (url: string): Promise<string> => {
    const { context, response } = fakeExchange({ url });
    try {
      await changing.handler(context);
    } catch (error) {
      assert.ok(error instanceof StatusError);
      return `Status ${error.status.code}`;
    }
    return String(response.statusCode);
  };
  assert.equal(await code('/apis/example.com/v1'), '404');
  table.service('/apis/example.com/v1', (context) => sendText(context, 200, 'resources'));
  assert.equal(await code('/apis/example.com/v1'), '200');
  assert.equal(await code('/apis/example.com/v1/nothing'), 'Status 404');
  assert.ok(changing.paths().includes('/apis/example.com/v1'));
  table = new PathTable();
  assert.equal(await code('/apis/example.com/v1/nothing'), '404');
  assert.ok(!changing.paths().includes('/apis/example.com/v1'));
});
