import { gzipSync, deflateSync } from 'node:zlib';
import { tokens, type AskedRequest } from '../asked-server.ts';
import type { Family } from '../family.ts';
import { namespace } from '../places.ts';

const collection = `/api/v1/namespaces/${namespace}/configmaps`;
const object = `${collection}/asked`;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const json = 'application/json';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** What a client may send with any request. */
const headers: Readonly<Record<string, Headers>> = {
  'preferred YAML': { accept: 'application/yaml;q=0.9, application/json;q=0.8' },
  'preferred JSON, last': { accept: 'application/yaml;q=0.2, application/json;q=0.8' },
  'JSON not at all': { accept: 'application/json;q=0, application/yaml' },
  'a broken preference': { accept: 'application/json;q=x' },
  'a preference above one': { accept: 'application/json;q=2, application/yaml' },
  'two accepts': { accept: ['application/yaml', 'application/json'] },
  'a table or JSON': { accept: `${table},${json}` },
  'JSON or a table': { accept: `${json},${table}` },
  'a table of pretty': { accept: `${table};pretty=1` },
  'pretty JSON': { accept: 'application/json;pretty=1' },
  'JSON with a charset': { accept: 'application/json;charset=utf-8' },
  capitals: { accept: 'APPLICATION/JSON' },
  'spaces around': { accept: '  application/json  ,  */*  ' },
  'an accept of commas': { accept: ',,,' },
  'a profile': { accept: 'application/json;profile=x' },
  CBOR: { accept: 'application/cbor' },
  'a stream': { accept: 'application/json;stream=watch' },
  'protobuf stream or JSON': { accept: 'application/vnd.kubernetes.protobuf;stream=watch,application/json' },
  'a table as protobuf alone': { accept: 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io' },
  'metadata as YAML': { accept: 'application/yaml;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
  'metadata of v1beta1': { accept: 'application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io' },
  'a list of metadata': { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
  'as without group': { accept: 'application/json;as=Table;v=v1' },
  'another server version': { accept: 'application/json;sv=v9' },
  gzip: { 'accept-encoding': 'gzip' },
  'gzip, not at all': { 'accept-encoding': 'gzip;q=0' },
  'any encoding': { 'accept-encoding': '*' },
  identity: { 'accept-encoding': 'identity' },
  'no identity': { 'accept-encoding': 'identity;q=0' },
  'deflate and brotli': { 'accept-encoding': 'deflate, br' },
  'another host': { host: 'other.example.com' },
  'an origin': { origin: 'https://evil.example.com' },
  'a request for CORS': {
    origin: 'https://evil.example.com',
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'authorization',
  },
  'a range': { range: 'bytes=0-9' },
  'a wrong range': { range: 'bytes=z' },
  'if none match': { 'if-none-match': '*' },
  'if it matches': { 'if-match': '"x"' },
  'if modified': { 'if-modified-since': 'Sat, 01 Jan 2050 00:00:00 GMT' },
  'if not modified': { 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' },
  'no cache': { 'cache-control': 'no-cache', pragma: 'no-cache' },
  'an audit id': { 'audit-id': 'my-audit-id' },
  'a long audit id': { 'audit-id': 'x'.repeat(300) },
  'two audit ids': { 'audit-id': ['one', 'two'] },
  'an empty audit id': { 'audit-id': '' },
  'a request id': { 'x-request-id': 'my-request' },
  'a trace': { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  'a warning': { warning: '299 - "of the client"' },
  'a forwarded for': { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'http' },
  'another method': { 'x-http-method-override': 'DELETE' },
  'a user of a proxy': { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' },
  'a cookie': { cookie: 'a=b' },
  'an upgrade': { upgrade: 'websocket', connection: 'Upgrade' },
  'a user agent': { 'user-agent': 'kubectl/v9.9.9' },
  'a language': { 'accept-language': 'de' },
  'a charset': { 'accept-charset': 'utf-16' },
  'trailers wanted': { te: 'trailers' },
};

const readPaths = [
  object,
  collection,
  `${collection}/nope`,
  '/api/v1',
  '/apis',
  '/version',
  '/healthz',
  '/openapi/v3',
  '/nope',
];

const answers: Family = {
  name: 'headers',
  async run(ask) {
    await ask('create the object', {
      path: collection,
      body: { metadata: { name: 'asked' }, data: { a: 'b' } },
    });
    for (const [name, some] of Object.entries(headers)) {
      for (const path of readPaths) await ask(`${name} of ${path}`, { path, headers: some });
    }
    // Above 128 KiB answers are compressed.
    await ask('create a large object', {
      path: collection,
      body: { metadata: { name: 'large' }, data: { a: 'ab'.repeat(100_000) } },
    });
    for (const encoding of ['gzip', 'gzip;q=0', '*', 'deflate', 'identity', 'br, gzip;q=0.1', 'GZIP', '']) {
      for (const accept of [json, 'application/yaml', 'application/vnd.kubernetes.protobuf']) {
        const request = { path: `${collection}/large`, headers: { 'accept-encoding': encoding, accept } };
        await ask(`large as ${accept} in ${encoding}`, request);
      }
    }
    await ask('delete the large object', { method: 'DELETE', path: `${collection}/large` });
    for (const [name, token] of [
      ['a user', tokens.user],
      ['nobody', null],
      ['a bad token', 'x'],
    ] as const) {
      for (const path of [
        object,
        '/healthz',
        '/nope',
        '/api/v1/nodes',
        '/openapi/v2',
        '/metrics',
        '/logs/',
      ]) {
        for (const accept of [
          '*/*',
          'text/html',
          'application/yaml',
          'application/vnd.kubernetes.protobuf',
          table,
        ]) {
          await ask(`${path} of ${name} as ${accept}`, { path, token, headers: { accept } });
        }
      }
    }
  },
};

const metadata = '{"metadata":{"name":"sent"}}';

/** Bodies of a create: what it is, and with which headers. */
const sent: Readonly<Record<string, Omit<AskedRequest, 'path'>>> = {
  compressed: { body: gzipSync(metadata), headers: { 'content-encoding': 'gzip' } },
  deflated: { body: deflateSync(metadata), headers: { 'content-encoding': 'deflate' } },
  'compressed, not said': { body: gzipSync(metadata) },
  'plain, said to be compressed': { body: metadata, headers: { 'content-encoding': 'gzip' } },
  'of identity': { body: metadata, headers: { 'content-encoding': 'identity' } },
  'of an unknown encoding': { body: metadata, headers: { 'content-encoding': 'nope' } },
  'of two documents': {
    body: `${metadata}\n---\n${metadata}`,
    headers: { 'content-type': 'application/yaml' },
  },
  'of an empty document first': {
    body: `---\n---\n${metadata}`,
    headers: { 'content-type': 'application/yaml' },
  },
  'with trailing text': { body: `${metadata} x` },
  'with trailing space': { body: `${metadata}  \n\n` },
  'with a trailing zero': { body: `${metadata}\0` },
  'with a mark': { body: `\uFEFF${metadata}` },
  'in UTF-16': { body: Buffer.from(metadata, 'utf16le') },
  'with wrong UTF-8': {
    body: Buffer.concat([
      Buffer.from('{"metadata":{"name":"sent"},"data":{"a":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}}'),
    ]),
  },
  'with a lone surrogate': { body: '{"metadata":{"name":"sent"},"data":{"a":"\\ud800"}}' },
  'with an escaped zero': { body: '{"metadata":{"name":"sent"},"data":{"a":"\\u0000"}}' },
  'with a raw control character': { body: '{"metadata":{"name":"sent"},"data":{"a":"\u0001"}}' },
  'with a large number': { body: '{"metadata":{"name":"sent","generation":1e400}}' },
  'with a fraction': { body: '{"metadata":{"name":"sent","generation":1.5}}' },
  'with a large integer': { body: '{"metadata":{"name":"sent","generation":9223372036854775808}}' },
  'with minus zero': { body: '{"metadata":{"name":"sent","generation":-0}}' },
  'with a leading zero': { body: '{"metadata":{"name":"sent","generation":01}}' },
  'with a comma too many': { body: '{"metadata":{"name":"sent",}}' },
  'with single quotes': { body: "{'metadata':{'name':'sent'}}" },
  'with a key in other letters': { body: '{"Metadata":{"Name":"sent"},"DATA":{"a":"b"}}' },
  'with keys that are no identifiers': { body: '{"metadata":{"name":"sent"},"":1,"__proto__":{}}' },
  'nested a thousand times': {
    body: `{"metadata":{"name":"sent"},"x":${'['.repeat(1000)}${']'.repeat(1000)}}`,
  },
  'nested too deep': { body: `{"metadata":{"name":"sent"},"x":${'['.repeat(10_001)}${']'.repeat(10_001)}}` },
  'nested objects too deep': {
    body: `{"metadata":{"name":"sent"},"x":${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}}`,
  },
  'of 2.9 MB': { body: `{"metadata":{"name":"sent"},"x":"${'a'.repeat(2_900_000)}"}` },
  'of 3 MB and one byte': { body: ' '.repeat(3 * 1024 * 1024 + 1) },
  'of 4 MB': { body: 'a'.repeat(4 * 1024 * 1024) },
  'of YAML with tabs': { body: 'metadata:\n\tname: sent\n', headers: { 'content-type': 'application/yaml' } },
  'of YAML with an anchor': {
    body: 'metadata: &m\n  name: sent\ndata: {a: &b x, c: *b}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a tag': {
    body: 'metadata: {name: sent}\ndata: {a: !!str 5}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a number': {
    body: 'metadata: {name: sent}\ndata: {a: 5}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a yes': {
    body: 'metadata: {name: sent}\ndata: {a: yes}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a date': {
    body: 'metadata: {name: sent}\ndata: {a: 2001-01-01}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a null': {
    body: 'metadata: {name: sent}\ndata: {a: ~}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a key twice': {
    body: 'metadata: {name: sent}\ndata: {a: x, a: y}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a merge': {
    body: 'x: &x {name: sent}\nmetadata:\n  <<: *x\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a comment': {
    body: '# c\nmetadata: {name: sent} # d\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML with a directive': {
    body: '%YAML 1.1\n---\nmetadata: {name: sent}\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of YAML that is a list': { body: '- a\n- b\n', headers: { 'content-type': 'application/yaml' } },
  'of YAML that is a text': { body: 'hello', headers: { 'content-type': 'application/yaml' } },
  'of YAML with a folded text': {
    body: 'metadata: {name: sent}\ndata:\n  a: >-\n    x\n    y\n',
    headers: { 'content-type': 'application/yaml' },
  },
  'of JSON said to be YAML': { body: metadata, headers: { 'content-type': 'application/yaml' } },
  'of YAML said to be JSON': { body: 'metadata: {name: sent}\n' },
  'of protobuf that is none': {
    body: 'abc',
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
  },
  'of an empty protobuf': {
    body: Buffer.from('k8s\0'),
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
  },
  'of CBOR': { body: Buffer.from([0xd9, 0xd9, 0xf7, 0xa0]), headers: { 'content-type': 'application/cbor' } },
  'of a form': { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  'of many parts': { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
  'of a patch': { body: metadata, headers: { 'content-type': 'application/merge-patch+json' } },
  'of no type': { body: metadata, headers: { 'content-type': '' } },
  'of any type': { body: metadata, headers: { 'content-type': '*/*' } },
  'of a type with parameters': {
    body: metadata,
    headers: { 'content-type': 'application/json;charset=latin1' },
  },
  'of a broken type': { body: metadata, headers: { 'content-type': 'application/json;' } },
  'of two types': { body: metadata, headers: { 'content-type': 'application/json, application/yaml' } },
  'of a type in capitals': { body: metadata, headers: { 'content-type': 'Application/JSON' } },
};

const bodies: Family = {
  name: 'bodies that are sent',
  async run(ask) {
    for (const [name, request] of Object.entries(sent)) {
      for (const validation of ['', '&fieldValidation=Strict', '&fieldValidation=Ignore']) {
        await ask(`${name}${validation}`, {
          method: 'POST',
          path: `${collection}?dryRun=All${validation}`,
          ...request,
        });
      }
      await ask(`${name}, put`, { method: 'PUT', path: `${collection}/asked?dryRun=All`, ...request });
      await ask(`${name}, deleted`, { method: 'DELETE', path: `${collection}/asked?dryRun=All`, ...request });
    }
    for (const type of [
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
      'application/apply-patch+cbor',
    ]) {
      for (const [name, body] of Object.entries({
        nothing: '',
        null: 'null',
        'a list': '[]',
        'an object': '{}',
        'a text': '"x"',
        'a number': '1',
        open: '{',
        'two values': '{}{}',
        'a data key': '{"data":{"b":"c"}}',
        'a key twice': '{"data":{"b":"c","b":"d"}}',
        'an unknown operation': '[{"op":"nope","path":"/a"}]',
        'an operation without a path': '[{"op":"add"}]',
        'a path without a slash': '[{"op":"add","path":"a","value":1}]',
        'a path that is not there': '[{"op":"remove","path":"/data/nope"}]',
        'a copy': '[{"op":"copy","from":"/data/a","path":"/data/b"}]',
        'a move from nowhere': '[{"op":"move","from":"/data/nope","path":"/data/b"}]',
        'an index that is none': '[{"op":"add","path":"/metadata/finalizers/x","value":"y"}]',
        'a replacement of all': '[{"op":"replace","path":"","value":{}}]',
        'many operations': JSON.stringify(
          Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
        ),
        'a directive': '{"data":{"$patch":"replace","z":"1"}}',
        'an unknown directive': '{"data":{"$patch":"nope"}}',
        'a deletion of itself': '{"$patch":"delete"}',
        'keys that stay': '{"metadata":{"$retainKeys":["name"]}}',
        'an order': '{"metadata":{"$setElementOrder/finalizers":["a"],"finalizers":["example.com/a"]}}',
        'a deletion from a list': '{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/a"]}}',
      })) {
        await ask(`${type}: ${name}`, {
          method: 'PATCH',
          path: `${object}?dryRun=All&fieldManager=m`,
          headers: { 'content-type': type },
          body,
        });
      }
    }
  },
};

const paths = [
  '/api/v1/namespaces//configmaps',
  `/api/v1//namespaces/${namespace}/configmaps`,
  `${collection}/`,
  `${collection}//asked`,
  `${object}/`,
  `${object}//`,
  `/api/v1/namespaces/${namespace}//configmaps/asked`,
  `/api/v1/namespaces/${namespace}/configmaps/%61sked`,
  `/api/v1/namespaces/${namespace}/configmap%73/asked`,
  `/api/v1/namespaces/${namespace}/configmaps/as%2Fked`,
  `/api/v1/namespaces/${namespace}/configmaps/as%00ked`,
  `/api/v1/namespaces/${namespace}/configmaps/as%zzked`,
  `/api/v1/namespaces/${namespace}/configmaps/as%`,
  `/api/v1/namespaces/${namespace}/configmaps/%E4%B8%96`,
  `/api/v1/namespaces/${namespace}/configmaps/%ff`,
  `/api/v1/namespaces/${namespace}/configmaps/A_B`,
  `/api/v1/namespaces/${namespace}/configmaps/a+b`,
  `/api/v1/namespaces/${namespace}/configmaps/a%20b`,
  `/api/v1/namespaces/${namespace}/configmaps/a;b`,
  `/api/v1/namespaces/${namespace}/configmaps/a:b`,
  `/api/v1/namespaces/${namespace}/configmaps/a@b`,
  `/api/v1/namespaces/${namespace}/configmaps/%25`,
  `/api/v1/namespaces/${namespace}/configmaps/${'x'.repeat(300)}`,
  '/api/v1/namespaces/A_B/configmaps',
  '/api/v1/namespaces/%20/configmaps',
  '/api/v1/namespaces/nope/configmaps/nope',
  '/API/v1/pods',
  '/api/V1/pods',
  '/api/v1/Pods',
  '/apis/Apps/v1',
  '/apis/apps/v1/deployments/',
  '/apis/apps//v1',
  '/apis//',
  '/apis/',
  '/apis/apps/v1/',
  '/apis/apps/v2/deployments',
  '/apis/apps/v1/nope',
  '/apis/apps/v1/namespaces/x',
  '/apis/apps/v1/namespaces/x/nope',
  '/apis/apps/v1/namespaces/x/deployments/y/nope',
  '/apis/apps/v1/watch/deployments',
  '/apis/apps/v1/watch/namespaces/x/deployments/y',
  `/api/v1/watch/namespaces/${namespace}/configmaps?timeoutSeconds=1`,
  `/api/v1/watch/namespaces/${namespace}/configmaps/asked?timeoutSeconds=1`,
  '/api/v1/proxy/nodes/x',
  '/api/v1/namespaces/x/pods/y/log/z',
  '/api/v1/namespaces/x/services/y/proxy/a/b',
  '/api/v1/nodes/y/proxy/a',
  '/.',
  '/..',
  '/./api',
  '/../api',
  '/%2e/api',
  '/api/./v1',
  '/api/v1/.',
  '/healthz/./ping',
  '/healthz//ping',
  '//',
  '//healthz',
  '/%',
  '/%2F',
  '/%2Fapi',
  '/api%2Fv1',
  '/api/v1?',
  '/api/v1??',
  '/api/v1?#x',
  '/swagger.json',
  '/swaggerapi',
  '/openapi',
  '/openapi/',
  '/openapi/v1',
  '/openapi/v2/x',
  '/openapi/v3/api/v1/',
  '/openapi/v3/apis',
  '/openapi/v3/apis/apps',
  '/openapi/v3/x',
  '/robots.txt',
  '/favicon.ico',
  '/ui',
  '/console',
  '/.well-known',
  '/.well-known/nope',
  '/logs/',
  '/logs/x',
  '/readyz/',
  '/livez/nope',
  '/version/x',
];

const places: Family = {
  name: 'paths',
  async run(ask) {
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        const body = method === 'POST' ? { body: '{}' } : {};
        await ask(`${method} ${path}`, { method, path, ...body, forMs: 1500 });
        await ask(`${method} ${path} by a user`, { method, path, ...body, token: tokens.user, forMs: 1500 });
      }
      await ask(`GET ${path} by nobody`, { path, token: null, forMs: 1500 });
    }
    for (const method of ['OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL', 'COPY', 'SEARCH', 'LINK', 'PURGE']) {
      for (const path of ['/', '/api', '/healthz', '/version', collection, object, '/apis/apps', '/nope']) {
        await ask(`${method} ${path}`, { method, path });
      }
    }
  },
};

const parameters = [
  'pretty',
  'pretty=',
  'pretty=1',
  'pretty=0',
  'pretty=TRUE',
  'pretty=yes',
  'pretty=false&pretty=true',
  'Pretty=true',
  'dryRun',
  'dryRun=',
  'dryRun=All&dryRun=All',
  'dryRun=all',
  'dryRun=All,All',
  'fieldManager=',
  'fieldManager=a&fieldManager=b',
  `fieldManager=${'m'.repeat(129)}`,
  'fieldManager=a%00b',
  'fieldManager=%E4%B8%96',
  'fieldValidation=',
  'fieldValidation=nope',
  'fieldValidation=strict',
  'force=true',
  'force=nope',
  'gracePeriodSeconds=-1',
  'gracePeriodSeconds=abc',
  'gracePeriodSeconds=',
  'gracePeriodSeconds=9999999999999999999',
  'orphanDependents=nope',
  'orphanDependents=',
  'propagationPolicy=nope',
  'propagationPolicy=Foreground&propagationPolicy=Background',
  'ignoreStoreReadErrorWithClusterBreakingPotential=true',
  'ignoreStoreReadErrorWithClusterBreakingPotential=nope',
  'resourceVersion=',
  'resourceVersion=0',
  'resourceVersion=1',
  'resourceVersion=abc',
  'resourceVersion=-1',
  'resourceVersion=01',
  'resourceVersion=99999999999999999999',
  'resourceVersionMatch=Exact',
  'resourceVersionMatch=nope&resourceVersion=1',
  'resourceVersionMatch=NotOlderThan&resourceVersion=0',
  'limit=0',
  'limit=',
  'limit=1.5',
  'limit=0x10',
  'limit=+1',
  'limit=%201',
  'limit=1&continue=',
  'limit=1&continue=nope',
  'continue=e30',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJ4In0',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoieFx1MDAwMCJ9&limit=1',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJ4In0',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjIiLCJydiI6MSwic3RhcnQiOiJ4In0',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0',
  'continue=a&resourceVersion=1',
  'timeoutSeconds=-1',
  'timeoutSeconds=1&timeoutSeconds=abc',
  'timeout=1s',
  'timeout=abc',
  'timeout=-1s',
  'timeout=99h',
  'timeout=',
  'watch=abc',
  'watch=0',
  'watch=',
  'watch=true&timeoutSeconds=1&labelSelector=a%3D%3D%3Db',
  'watch=true&timeoutSeconds=1&fieldSelector=nope%3D1',
  'watch=true&timeoutSeconds=1&resourceVersion=abc',
  'watch=true&timeoutSeconds=1&limit=1',
  'watch=true&timeoutSeconds=1&continue=x',
  'watch=true&timeoutSeconds=1&sendInitialEvents=true',
  'watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
  'watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=nope',
  'watch=true&timeoutSeconds=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan',
  'watch=true&timeoutSeconds=1&resourceVersionMatch=Exact&resourceVersion=1',
  'allowWatchBookmarks=abc',
  'sendInitialEvents=abc',
  'sendInitialEvents=false',
  'shardSelector=nope',
  'labelSelector=',
  'labelSelector=a%3Db&labelSelector=c%3Dd',
  'labelSelector=a%20in%20(b)',
  'labelSelector=a%20in%20(b',
  'labelSelector=a%20near%20(b)',
  'labelSelector=a%3C5',
  'labelSelector=a%3Cx',
  'labelSelector=!',
  'labelSelector=a!%3Db,!c,d',
  `labelSelector=${'x'.repeat(64)}`,
  `labelSelector=a%3D${'x'.repeat(64)}`,
  'labelSelector=example.com/a%3Db',
  'labelSelector=Example.com/a%3Db',
  'labelSelector=a/b/c%3Dd',
  'labelSelector=%E4%B8%96%3Db',
  'fieldSelector=',
  'fieldSelector=metadata.name%3D',
  'fieldSelector=metadata.name%3D%3Dasked',
  'fieldSelector=metadata.name%3Dasked,metadata.namespace%3Dwalk',
  'fieldSelector=metadata.namespace%3Dother',
  'fieldSelector=metadata.labels%3Da',
  'fieldSelector=metadata.name%3Da%5C%2Cb',
  'fieldSelector=%3Da',
  'fieldSelector=metadata.name%3D-',
  'fieldSelector=metadata.name%3DA_B',
  'includeObject=Nope',
  'includeObject=None',
  'x=%zz',
  'x=%',
  '=',
  '&&&',
  'a=b;c=d',
  '%70retty=true',
  'limit=1%00',
];

const query: Family = {
  name: 'query parameters',
  async run(ask) {
    for (const parameter of parameters) {
      for (const path of [collection, object, '/api/v1/nodes/nope']) {
        await ask(`GET ${path} ${parameter}`, { path: `${path}?${parameter}`, forMs: 1500 });
      }
      await ask(`table ${parameter}`, {
        path: `${collection}?${parameter}`,
        headers: { accept: table },
        forMs: 1500,
      });
      const dry = parameter.includes('dryRun') ? parameter : `dryRun=All&${parameter}`;
      await ask(`POST ${parameter}`, {
        path: `${collection}?${dry}`,
        body: { metadata: { name: 'asked-again' } },
      });
      await ask(`PUT ${parameter}`, {
        method: 'PUT',
        path: `${object}?${dry}`,
        body: { metadata: { name: 'asked' } },
      });
      await ask(`PATCH ${parameter}`, {
        method: 'PATCH',
        path: `${object}?${dry}`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { data: { c: 'd' } },
      });
      await ask(`apply ${parameter}`, {
        method: 'PATCH',
        path: `${object}?${dry}`,
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'asked' }, data: { a: 'b' } },
      });
      await ask(`DELETE ${parameter}`, { method: 'DELETE', path: `${object}?${dry}` });
      await ask(`delete a collection ${parameter}`, { method: 'DELETE', path: `${collection}?${dry}` });
      // What was not a dry run is made again.
      await ask.silently({ path: collection, body: { metadata: { name: 'asked' }, data: { a: 'b' } } });
      await ask.silently({ method: 'DELETE', path: `${collection}/asked-again` });
    }
  },
};

/** Headers, bodies, paths and query parameters of all sorts, good and bad. */
export const requests: readonly Family[] = [answers, bodies, places, query];
