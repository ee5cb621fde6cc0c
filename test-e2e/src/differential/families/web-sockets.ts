import { tokens } from '../asked-server.ts';
import type { Family } from '../family.ts';
import { namespace } from '../places.ts';

const inNamespace = `/api/v1/namespaces/${namespace}`;
const headers = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  origin: 'http://localhost',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const { origin: _, ...withoutOrigin } = headers;
const { 'sec-websocket-key': __, ...withoutKey } = headers;
const speaking = (protocol: string) => ({ ...headers, 'sec-websocket-protocol': protocol });
const encoded = (token: string) =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

/** Handshakes of WebSockets, what they carry, and what is no reason to open one. */
export const webSockets: readonly Family[] = [
  {
    name: 'web sockets',
    async run(ask) {
      const path = `${inNamespace}/podtemplates`;
      // The history of a watch cache of pg8s begins when it is first asked.
      await ask('list', { path });
      const { body } = await ask('create', {
        path,
        body: {
          metadata: { name: 'socket' },
          template: { spec: { containers: [{ name: 'c', image: 'i' }] } },
        },
      });
      const { resourceVersion } = (JSON.parse(body.toString()) as { metadata: { resourceVersion: string } })
        .metadata;
      await ask('delete', { method: 'DELETE', path: `${path}/socket` });
      const watch = `${path}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}`;
      const asked: Record<string, Readonly<Record<string, string>>> = {
        watch: headers,
        'watch as metadata': {
          ...headers,
          accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        },
        'watch as YAML': { ...headers, accept: 'application/yaml' },
        'without an origin': withoutOrigin,
        'without a key': withoutKey,
        'another version': { ...headers, 'sec-websocket-version': '8' },
        'one protocol': speaking('foo'),
        'two protocols': speaking('foo, bar'),
      };
      for (const [name, of] of Object.entries(asked))
        await ask(name, { path: watch, headers: of, forMs: 5000 });
      const byProtocol = {
        'a token': `${encoded(tokens.admin)}, foo`,
        "somebody else's": `foo, ${encoded(tokens.user)}`,
        'a wrong token': `${encoded('nope')}, foo`,
        'a token alone': encoded(tokens.admin),
        'two tokens': `${encoded(tokens.admin)}, ${encoded(tokens.admin)}, foo`,
        'no token': 'base64url.bearer.authorization.k8s.io., foo',
        'bad encoding': 'base64url.bearer.authorization.k8s.io.b*, foo',
      };
      for (const [name, protocol] of Object.entries(byProtocol))
        await ask(name, { path: watch, headers: speaking(protocol), token: null, forMs: 5000 });
      for (const other of [
        path,
        `${path}/nope`,
        `${inNamespace}/pods/nope/log`,
        '/healthz',
        '/api/v1/nope?watch=1',
      ])
        await ask(`no watch: ${other}`, { path: other, headers, forMs: 5000 });
      await ask('h2c', { path, headers: { ...headers, upgrade: 'h2c' } });
    },
  },
];
