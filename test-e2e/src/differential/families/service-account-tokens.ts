import type { AskedRequest } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';
import { issuer, part, reviews, signed, whoAmI, type TokenHeader, useToken as use } from '../signed-token.ts';

const robot = 'robot';
const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${robot}`;

interface Named {
  metadata: { name: string; uid: string };
}

function parsed<T>(body: Buffer): T {
  return JSON.parse(body.toString()) as T;
}

/** The claims of a token; '' where the answer has none. */
function tokenOf(body: Buffer): string {
  return parsed<{ status?: { token?: string } }>(body).status?.token ?? '';
}

function claimsOf(token: string): Record<string, unknown> {
  const [, claims = 'e30'] = token.split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
}

/** Makes a token; empty where it is refused. */
async function issue(ask: Ask, name: string, spec: object, query = ''): Promise<string> {
  const answer = await ask(name, { path: `${account}/token${query}`, body: { spec } });
  return tokenOf(answer.body);
}

const issued: Family = {
  name: 'tokens of service accounts',
  async run(ask) {
    await ask('create the account', {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { metadata: { name: robot } },
    });
    const create = async (kind: string, path: string, body: object): Promise<Named> =>
      parsed((await ask(`create the ${kind}`, { path, body })).body);
    const pod = await create('Pod', `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: 'bound' },
      spec: { serviceAccountName: robot, containers: [{ name: 'c', image: 'i' }], nodeName: 'bound-node' },
    });
    const other = await create('Pod of another', `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: 'not-bound' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    const secret = await create('Secret', `/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 'bound' },
    });
    const node = await create('Node', '/api/v1/nodes', { metadata: { name: 'bound-node' } });
    const reference = (kind: string, { metadata }: Named, apiVersion = 'v1') => ({
      boundObjectRef: { kind, apiVersion, name: metadata.name, uid: metadata.uid },
    });

    const requests: Readonly<Record<string, object>> = {
      plain: {},
      'empty audiences': { audiences: [] },
      'an audience': { audiences: ['vault'] },
      'two audiences': { audiences: ['vault', issuer] },
      'an empty audience': { audiences: [''] },
      'the same audience twice': { audiences: ['vault', 'vault'] },
      '10 minutes': { expirationSeconds: 600 },
      'almost 10 minutes': { expirationSeconds: 599 },
      'no seconds': { expirationSeconds: 0 },
      'negative seconds': { expirationSeconds: -1 },
      'a year': { expirationSeconds: 31_536_000 },
      'more than a year': { expirationSeconds: 31_536_001 },
      '3607 seconds': { expirationSeconds: 3607 },
      'a hundred years': { expirationSeconds: 3_153_600_000 },
      'more than 2^32 seconds': { expirationSeconds: 4_294_967_297 },
      'too large a number': { expirationSeconds: 1e30 },
      'a text for seconds': { expirationSeconds: '600' },
      'an unknown field': { bogus: true },
      'a Pod': reference('Pod', pod),
      'a Pod without uid': { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'bound' } },
      'a Pod with another uid': {
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'bound', uid: 'other' },
      },
      'a Pod of another account': reference('Pod', other),
      'a Pod that is not there': { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'nope' } },
      'a Pod without name': { boundObjectRef: { kind: 'Pod', apiVersion: 'v1' } },
      'a Pod without version': { boundObjectRef: { kind: 'Pod', name: 'bound' } },
      'a Secret': reference('Secret', secret),
      'a Secret that is not there': { boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'nope' } },
      'a Secret with another uid': {
        boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'bound', uid: 'other' },
      },
      'a Node': reference('Node', node),
      'a Node that is not there': { boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'nope' } },
      'a Node with another uid': {
        boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'bound-node', uid: 'other' },
      },
      'a ConfigMap': { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
      'nothing in particular': { boundObjectRef: {} },
    };
    const known = new Map<string, string>();
    for (const [name, spec] of Object.entries(requests)) {
      const token = await issue(ask, name, spec);
      if (token === '') continue;
      known.set(name, token);
      await ask(`claims of ${name}`, { path: `/nope/${shapeOf(token)}` });
      await use(ask, name, token);
    }
    await issue(ask, 'dry run', {}, '?dryRun=All');
    await issue(ask, 'pretty', {}, '?pretty=true');
    for (const [name, body] of Object.entries({
      'no spec': {},
      'a name': { metadata: { name: robot }, spec: {} },
      'another name': { metadata: { name: 'other' }, spec: {} },
      'another namespace': { metadata: { namespace: 'other' }, spec: {} },
      'labels of a request': { metadata: { labels: { a: 'b' } }, spec: {} },
      'another kind': { kind: 'Pod', apiVersion: 'v1' },
      'a status': { spec: {}, status: { token: 'x' } },
    })) {
      await ask(name, { path: `${account}/token`, body });
    }
    const forms: Readonly<Record<string, AskedRequest>> = {
      'GET of a token': { path: `${account}/token` },
      'PUT of a token': { method: 'PUT', path: `${account}/token`, body: {} },
      'DELETE of a token': { method: 'DELETE', path: `${account}/token` },
      'token of nobody': {
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/nope/token`,
        body: { spec: {} },
      },
      'token as YAML': {
        path: `${account}/token`,
        body: { spec: {} },
        headers: { accept: 'application/yaml' },
      },
      'token as a table': {
        path: `${account}/token`,
        body: { spec: {} },
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      },
      'token for a user': { path: `${account}/token`, body: { spec: {} }, token: 'user-token' },
    };
    for (const [name, request] of Object.entries(forms)) await ask(name, request);

    for (const [kind, path] of [
      ['Secret', `/api/v1/namespaces/${namespace}/secrets/bound`],
      ['Pod', `/api/v1/namespaces/${namespace}/pods/bound?gracePeriodSeconds=0`],
      ['Node', '/api/v1/nodes/bound-node'],
    ] as const) {
      await ask(`delete the ${kind}`, { method: 'DELETE', path });
      await untilInvalid(ask, known.get(`a ${kind}`)!);
      await ask(`review after the ${kind} is gone`, {
        path: reviews,
        body: { spec: { token: known.get(`a ${kind}`), audiences: [issuer, 'gone'] } },
      });
    }
  },
};

/** Until the server has heard that what the token is bound to is gone: asked in a new way each time. */
async function untilInvalid(ask: Ask, token: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const spec = { token, audiences: [issuer, `attempt-${attempt}`] };
    const { status } = parsed<{ status: { authenticated?: boolean } }>(
      (await ask.silently({ path: reviews, body: { spec } })).body,
    );
    if (status.authenticated !== true) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Names and forms of the claims of a token, for the path of a request that fails. */
function shapeOf(token: string): string {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
  const claims = claimsOf(token) as { exp: number; iat: number; nbf: number };
  const shape = JSON.stringify({
    ...(JSON.parse(header) as object),
    ...claims,
    exp: claims.exp - claims.iat,
    nbf: claims.nbf - claims.iat,
    iat: 0,
  }).replaceAll(/"(warnafter)":\d+/g, '"$1":0');
  return encodeURIComponent(shape);
}

const forged: Family = {
  name: 'tokens that somebody made',
  async run(ask) {
    const created = await ask('create the account', {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { metadata: { name: 'forged' } },
    });
    const { uid } = parsed<Named>(created.body).metadata;
    const real = await ask('a real token', {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/forged/token`,
      body: { spec: {} },
    });
    const header = JSON.parse(
      Buffer.from(tokenOf(real.body).split('.')[0] ?? '', 'base64url').toString(),
    ) as TokenHeader;
    const now = Math.floor(Date.now() / 1000);
    const kubernetes = { namespace, serviceaccount: { name: 'forged', uid } };
    const claims = {
      aud: [issuer],
      iss: issuer,
      sub: `system:serviceaccount:${namespace}:forged`,
      iat: now,
      nbf: now,
      exp: now + 3600,
      'kubernetes.io': kubernetes,
    };
    const { aud: _aud, ...noAudience } = claims;
    const { exp: _exp, ...noExpiry } = claims;
    const { nbf: _nbf, ...noStart } = claims;
    const { iss: _iss, ...noIssuer } = claims;
    const { sub: _sub, ...noSubject } = claims;
    const { 'kubernetes.io': _kubernetes, ...noKubernetes } = claims;
    const made: Readonly<Record<string, string>> = {
      good: signed(claims, header),
      expired: signed({ ...claims, exp: now - 3600 }, header),
      'expired a moment ago': signed({ ...claims, exp: now - 5 }, header),
      'not valid yet': signed({ ...claims, nbf: now + 3600 }, header),
      'issued in the future': signed({ ...claims, iat: now + 3600 }, header),
      'of a wrong audience': signed({ ...claims, aud: ['other'] }, header),
      'of a single audience': signed({ ...claims, aud: issuer }, header),
      'of no audience': signed(noAudience, header),
      'of an empty audience': signed({ ...claims, aud: [] }, header),
      'of a wrong issuer': signed({ ...claims, iss: 'https://other.example.com' }, header),
      'of no issuer': signed(noIssuer, header),
      'without expiry': signed(noExpiry, header),
      'without start': signed(noStart, header),
      'without subject': signed(noSubject, header),
      'of another subject': signed({ ...claims, sub: 'system:serviceaccount:other:forged' }, header),
      'without its private claims': signed(noKubernetes, header),
      'of another namespace': signed(
        { ...claims, 'kubernetes.io': { ...kubernetes, namespace: 'other' } },
        header,
      ),
      'of another account': signed(
        { ...claims, 'kubernetes.io': { namespace, serviceaccount: { name: 'nope', uid } } },
        header,
      ),
      'of another uid': signed(
        { ...claims, 'kubernetes.io': { namespace, serviceaccount: { name: 'forged', uid: 'x' } } },
        header,
      ),
      'of a Pod that is not there': signed(
        { ...claims, 'kubernetes.io': { ...kubernetes, pod: { name: 'nope', uid: 'x' } } },
        header,
      ),
      'of a Secret that is not there': signed(
        { ...claims, 'kubernetes.io': { ...kubernetes, secret: { name: 'nope', uid: 'x' } } },
        header,
      ),
      'of a Node that is not there': signed(
        { ...claims, 'kubernetes.io': { ...kubernetes, node: { name: 'nope', uid: 'x' } } },
        header,
      ),
      'with another key id': signed(claims, { ...header, kid: 'other' }),
      'without a key id': signed(claims, {}),
      'that is not signed': signed(claims, header, 'none'),
      'signed with the public key': signed(claims, header, 'HS256'),
      'signed with another algorithm': signed(claims, header, 'RS512'),
      'with a wrong signature': `${signed(claims, header).slice(0, -8)}AAAAAAAA`,
      'without a signature': signed(claims, header).replace(/\.[^.]*$/, '.'),
      'of two parts': signed(claims, header).replace(/\.[^.]*$/, ''),
      'with claims that are no JSON': `${part(header)}.e.e`,
      'of the old form': signed(
        {
          iss: 'kubernetes/serviceaccount',
          sub: `system:serviceaccount:${namespace}:forged`,
          'kubernetes.io/serviceaccount/namespace': namespace,
          'kubernetes.io/serviceaccount/secret.name': 'nope',
          'kubernetes.io/serviceaccount/service-account.name': 'forged',
          'kubernetes.io/serviceaccount/service-account.uid': uid,
        },
        header,
      ),
      'of numbers as texts': signed({ ...claims, exp: String(now + 3600) }, header),
    };
    for (const [name, token] of Object.entries(made)) await use(ask, name, token);
    const good = made['good']!;
    for (const [name, value] of Object.entries({
      'in capitals': `BEARER ${good}`,
      'with two spaces': `Bearer  ${good}`,
      'with a space behind it': `Bearer ${good} `,
      'without a scheme': good,
      'with another scheme': `Basic ${good}`,
      'with a comma': `Bearer ${good},Bearer x`,
      empty: 'Bearer ',
      'without anything': 'Bearer',
    })) {
      await ask(`authorization ${name}`, {
        path: whoAmI,
        body: {},
        token: null,
        headers: { authorization: value },
      });
    }
  },
};

const documents: Family = {
  name: 'documents about tokens',
  async run(ask) {
    for (const path of [
      '/.well-known/openid-configuration',
      '/openid/v1/jwks',
      '/openid/v1/jwks/',
      '/openid/v1',
    ]) {
      for (const accept of ['*/*', 'application/json', 'application/jwk-set+json', 'text/html', '']) {
        await ask(`${path} as ${accept}`, { path, headers: { accept } });
      }
      for (const [who, token] of [
        ['a user', 'user-token'],
        ['nobody', null],
      ] as const) {
        await ask(`${path} by ${who}`, { path, token });
      }
      for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        await ask(`${method} ${path}`, { method, path });
      }
      await ask(`${path} if changed`, {
        path,
        headers: { 'if-modified-since': 'Sat, 01 Jan 2050 00:00:00 GMT', 'if-none-match': '*' },
      });
    }
  },
};

/** Tokens of service accounts: issued, used, forged, and the documents with which others check them. */
export const serviceAccountTokens: readonly Family[] = [issued, forged, documents];
