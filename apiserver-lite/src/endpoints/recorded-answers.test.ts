import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createAdmission, pluginTable } from '../admission/plugin-table.ts';
import { pluginDependencies } from '../admission/testing/plugin-dependencies.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { create, testRegistry } from '../registry/testing/test-registry.ts';

import { EndpointServer } from './testing/endpoint-server.ts';

/*
 * `recorded-answers/*.yaml` are requests, each file one life of a server; `*.answers` beside them are the
 * answers that a stock kube-apiserver gave: status, warnings and body, less what differs from run to run
 * (uids, times, versions) and managedFields, which have tests of their own. `UID(PATH)` in a body is the uid
 * of the object at PATH; `node: NAME` asks as that node, which may do everything but
 * `request-serviceaccounts-token-audience` (`node-restriction.yaml` sees to that). To record them anew, give
 * the address and a token of a fresh stock server without controllers, with NamespaceLifecycle and
 * NodeRestriction as its only admission plugins: PG8S_STOCK_SERVER=https://127.0.0.1:6443 PG8S_STOCK_TOKEN=…
 * npm run test:unit -- FILE
 */
const folder = new URL('recorded-answers/', import.meta.url);
const families = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .toSorted();

interface Recorded {
  /** `POST /api/v1/…` */
  send: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Asks as this node. */
  node?: string;
}

interface Answer {
  status: number;
  warnings: string[];
  text: string;
}

type Send = (request: Recorded) => Promise<Answer>;

function splitRequest({ send, body, headers = {}, node }: Recorded) {
  const space = send.indexOf(' ');
  return {
    method: send.slice(0, space),
    path: send.slice(space + 1),
    headers: {
      'content-type': 'application/json',
      ...(node === undefined
        ? {}
        : { 'impersonate-user': `system:node:${node}`, 'impersonate-group': 'system:nodes' }),
      ...headers,
    },
    text: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** Asks a running server, whose certificate nobody knows. */
function askStock(server: string, token: string): Send {
  return (recorded) => {
    const { method, path, headers, text } = splitRequest(recorded);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        server + path,
        {
          method,
          rejectUnauthorized: false,
          headers: {
            ...headers,
            'content-length': Buffer.byteLength(text ?? ''),
            authorization: `Bearer ${token}`,
          },
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              warnings: splitWarnings(response.headers['warning'] as string | undefined),
              text: Buffer.concat(pieces).toString(),
            }),
          );
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  };
}

function splitWarnings(header: string | null | undefined): string[] {
  return header ? header.split(/, (?=299 )/) : [];
}

/** What differs from one run to the next, made equal. */
function normalized(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return text.trimEnd().replaceAll(/resourceVersion: "\d+"/g, 'resourceVersion: "RV"');
  }
  const plain = JSON.stringify(json, (key, value: unknown) => {
    if (key === 'managedFields') return undefined;
    // Descriptions of columns are our own; objects in memory have their fields in the order in which they
    // were set.
    if (key === 'description') return '';
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
  return plain
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/"resourceVersion":"[1-9]\d*"/g, '"resourceVersion":"RV"')
    .replaceAll(/(ResourceVersion in (?:record \(|object meta: ))\d+/g, '$1RV')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/"continue":"[^"]+"/g, '"continue":"TOKEN"')
    .replaceAll(/("cells":\[[^\]]*)"\d+s"/g, '$1"AGE"');
}

/** The request with every `UID(PATH)` replaced. */
async function withUids(request: Recorded, send: Send): Promise<Recorded> {
  let body = JSON.stringify(request.body);
  for (const [mark, path = ''] of body?.matchAll(/UID\(([^)]*)\)/g) ?? []) {
    const { text } = await send({ send: `GET ${path}` });
    const { metadata } = JSON.parse(text) as { metadata: { uid: string } };
    body = body!.replace(mark, metadata.uid);
  }
  return body === undefined ? request : { ...request, body: JSON.parse(body) as unknown };
}

async function answersTo(requests: readonly Recorded[], send: Send): Promise<string[]> {
  const answers: string[] = [];
  for (const request of requests) {
    const { status, warnings, text } = await send(await withUids(request, send));
    answers.push(
      [
        request.send,
        ...warnings.map((warning) => `Warning: ${warning}`),
        `${status} ${normalized(text)}`,
      ].join('\n'),
    );
  }
  return answers;
}

const authorizer: Authorizer = {
  authorize: ({ verb }) => ({
    decision: verb === 'request-serviceaccounts-token-audience' ? 'noOpinion' : 'allow',
    reason: '',
  }),
};

for (const family of families) {
  test(`recorded answers: ${family}`, async (t) => {
    const requests = parse(readFileSync(new URL(`${family}.yaml`, folder), 'utf8')) as Recorded[];
    const file = new URL(`${family}.answers`, folder);
    const stock = process.env['PG8S_STOCK_SERVER'];
    if (stock !== undefined) {
      const recorded = await answersTo(requests, askStock(stock, process.env['PG8S_STOCK_TOKEN'] ?? ''));
      writeFileSync(file, `${recorded.join('\n\n')}\n`);
    }
    const api = await testRegistry({
      authorizer: {
        authorize: async () => ({ decision: 'allow', reason: '' }),
        rulesFor: async () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
      },
      tokenRequests: {
        issuer: { issue: async () => ({ token: 'token', id: 'id' }) },
        apiAudiences: ['https://kubernetes.default.svc'],
        maxExpirationSeconds: undefined,
        extendExpiration: true,
      },
    });
    const { registry } = api;
    for (const name of ['kube-node-lease', 'kube-public']) {
      await create(api, '/v1/namespaces', { metadata: { name } });
    }
    const server = await EndpointServer.start(registry.resources, {
      admission: createAdmission(
        {
          enabled: ['NodeRestriction'],
          disabled: pluginTable.map(({ name }) => name).filter((name) => name !== 'NamespaceLifecycle'),
        },
        {
          ...pluginDependencies({}),
          storageOf: (group, resource) => registry.storageOf(group, resource),
          authorizer,
        },
      ),
    });
    t.after(() => server.close());
    const found = await answersTo(requests, async (recorded) => {
      const { method, path, headers, text } = splitRequest(recorded);
      const answer = await server.send(method, path, {
        headers,
        ...(text === undefined ? {} : { body: text }),
      });
      return {
        status: answer.status,
        warnings: splitWarnings(answer.headers.get('warning')),
        text: answer.text,
      };
    });
    const expected = readFileSync(file, 'utf8').trimEnd().split('\n\n');
    assert.equal(found.length, expected.length);
    for (const [index, answer] of found.entries()) {
      await t.test(requests[index]?.send ?? '', () => assert.equal(answer, expected[index]));
    }
  });
}
