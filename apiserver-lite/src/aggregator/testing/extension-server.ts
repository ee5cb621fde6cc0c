import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { httpsAnswers } from '../../outgoing/testing/https-answers.ts';
import type { KeyPair } from '../../server/testing/certificates.ts';

/** A server behind an APIService, for tests: group `ext.example.com`, version `v1`. */
export interface TestExtensionServer {
  readonly port: number;
  /** What it was asked for, without the calls of the aggregator. */
  readonly requests: { method: string; url: string; headers: IncomingMessage['rawHeaders'] }[];
  /** How it answers discovery: `aggregated` and legacy, only `legacy`, or 503. */
  discovery: 'aggregated' | 'legacy' | 'broken';
  /** What it serves. */
  resources: string[];
  close(): Promise<void>;
}

const group = 'ext.example.com';
const version = 'v1';
const v2Type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function legacyResources(names: readonly string[]): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${group}/${version}`,
    resources: names.flatMap((name) => [
      { name, singularName: '', namespaced: true, kind: kindOf(name), verbs: ['get', 'list', 'watch'] },
      { name: `${name}/status`, singularName: '', namespaced: true, kind: kindOf(name), verbs: ['get'] },
    ]),
  };
}

function kindOf(name: string): string {
  return `${name[0]?.toUpperCase() ?? ''}${name.slice(1, -1)}`;
}

function aggregatedResources(names: readonly string[]): object {
  const kind = (name: string): object => ({ group, version, kind: kindOf(name) });
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [
      {
        metadata: { name: group },
        versions: [
          {
            version,
            resources: names.map((name) => ({
              resource: name,
              responseKind: kind(name),
              scope: 'Namespaced',
              singularResource: name.slice(0, -1),
              verbs: ['get', 'list', 'watch'],
              shortNames: [name.slice(0, 2)],
              subresources: [{ subresource: 'status', responseKind: kind(name), verbs: ['get'] }],
            })),
            freshness: 'Current',
          },
        ],
      },
    ],
  };
}

const schemaName = 'com.example.ext.v1.Thing';

function openApiV3(): object {
  return {
    openapi: '3.0.0',
    info: { title: 'ext', version: '1' },
    paths: {
      [`/apis/${group}/${version}/things`]: {
        get: { operationId: 'listThings', responses: { 200: { description: 'OK' } } },
      },
    },
    components: { schemas: { [schemaName]: { type: 'object', description: 'A thing.' } } },
  };
}

function openApiV2(): object {
  return {
    swagger: '2.0',
    info: { title: 'ext', version: '1' },
    paths: {
      [`/apis/${group}/${version}/things`]: {
        get: {
          operationId: 'listThings',
          responses: { 200: { description: 'OK', schema: { $ref: `#/definitions/${schemaName}` } } },
        },
      },
      '/other/': { get: { operationId: 'other', responses: {} } },
    },
    definitions: {
      [schemaName]: {
        type: 'object',
        description: 'A thing.',
        'x-kubernetes-group-version-kind': [{ group, version, kind: 'Thing' }],
      },
      unused: { type: 'object' },
    },
  };
}

/** Starts the server on a free port of the loopback. */
export async function testExtensionServer(tls: KeyPair & { ca: string }): Promise<TestExtensionServer> {
  const answers = await httpsAnswers(tls, (request, response, body) => answer(request, response, body));
  const server: TestExtensionServer = {
    port: answers.port,
    requests: [],
    discovery: 'aggregated',
    resources: ['things'],
    close: answers.close,
  };
  const send = (response: ServerResponse, code: number, value: unknown, type = 'application/json'): void =>
    void response.writeHead(code, { 'content-type': type }).end(JSON.stringify(value));
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const { method = '', url = '', rawHeaders, headers } = request;
    const [path = ''] = url.split('?');
    if (
      headers['x-remote-user'] !== 'system:kube-aggregator' &&
      headers['x-remote-user'] !== 'system:aggregator'
    )
      server.requests.push({ method, url, headers: rawHeaders });
    if (server.discovery === 'broken') return send(response, 503, 'broken');
    if (path === '/apis') {
      if (server.discovery === 'legacy') return send(response, 404, {});
      return send(response, 200, aggregatedResources(server.resources), v2Type);
    }
    if (path === `/apis/${group}/${version}`) return send(response, 200, legacyResources(server.resources));
    if (path === '/openapi/v2') return send(response, 200, openApiV2());
    if (path === '/openapi/v3') {
      const relative = `/openapi/v3/apis/${group}/${version}?hash=ABC`;
      return send(response, 200, {
        paths: { [`apis/${group}/${version}`]: { serverRelativeURL: relative } },
      });
    }
    if (path === `/openapi/v3/apis/${group}/${version}`) return send(response, 200, openApiV3());
    const [, , , , name = ''] = path.split('/');
    if (name === 'redirects') return void response.writeHead(302, { location: '/elsewhere' }).end();
    if (name === 'hangs') return;
    if (name === 'breaks') return void request.socket.destroy();
    if (name === 'streams') {
      response.writeHead(200, { 'content-type': 'application/json', 'x-from': 'extension' });
      response.write('first\n');
      return void response.on('close', () => server.requests.push({ method: 'CLOSED', url, headers: [] }));
    }
    if (name === 'teapots') return send(response, 418, { kind: 'Status', code: 418 });
    response.setHeader('x-from', 'extension');
    response.setHeader('connection', 'x-hop');
    response.setHeader('x-hop', 'gone');
    send(response, 200, { method, url, headers: sorted(rawHeaders), body });
  };
  answers.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url = '', rawHeaders, headers } = request;
    server.requests.push({ method: 'UPGRADE', url, headers: rawHeaders });
    socket.on('error', () => socket.destroy());
    if (url.includes('refused')) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: 7\r\n\r\nrefused');
      return;
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${headers.upgrade}\r\n\r\n`,
    );
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
  return server;
}

function sorted(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]?.toLowerCase()}: ${rawHeaders[index + 1]}`);
  }
  return lines.sort();
}

/** The objects that lead to it, at `localhost`. */
export function apiServiceObjects(port: number, caBundle: string): { service: object; apiService: object } {
  return {
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'extension', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    apiService: {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1500,
        versionPriority: 10,
        service: { namespace: 'default', name: 'extension', port },
        caBundle: Buffer.from(caBundle).toString('base64'),
      },
    },
  };
}
