import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseDurationMs } from '../../flags/flag-values.ts';
import type { JwtOptions } from './jwt-tokens.ts';

/** What etcd's --auth-token says. */
export type TokenOptions = { readonly kind: 'simple' } | ({ readonly kind: 'jwt' } & JwtOptions);

const defaultJwtTtlMs = 5 * 60_000;

/** The key type that each family of algorithms wants. */
const keyTypes: Readonly<Record<string, readonly string[]>> = {
  RS: ['rsa'],
  PS: ['rsa', 'rsa-pss'],
  ES: ['ec'],
  Ed: ['ed25519'],
};
const algorithms = /^(?:(?:RS|PS|ES|HS)(?:256|384|512)|EdDSA)$/;

/**
 * Reads `simple`, or `jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=10m` and the files that it names
 * (etcd: `server/auth/options.go`).
 *
 * @throws Error that tells what is wrong.
 */
export function parseTokenOptions(text: string): TokenOptions {
  const [kind, ...pairs] = text.split(',');
  const options = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value, ...rest] = pair.split('=');
    if (value === undefined || rest.length > 0) throw new Error(`has "${pair}", which is not name=value`);
    if (options.has(name)) throw new Error(`names ${name} twice`);
    options.set(name, value);
  }
  if (kind === 'simple') return { kind };
  if (kind !== 'jwt') throw new Error(`is "${kind}", neither simple nor jwt`);
  const algorithm = options.get('sign-method') ?? '';
  if (!algorithms.test(algorithm))
    throw new Error(`has no sign-method, or one that is unknown: "${algorithm}"`);
  const ttl = options.get('ttl');
  const ttlMs = ttl === undefined || ttl === '' ? defaultJwtTtlMs : parseDurationMs('auth-token', ttl);
  return { kind, algorithm, ttlMs, ...readKeys(algorithm, options) };
}

function readKeys(
  algorithm: string,
  options: ReadonlyMap<string, string>,
): Pick<JwtOptions, 'signKey' | 'verifyKey'> {
  const priv = readKeyFile(options.get('priv-key'));
  if (algorithm.startsWith('HS')) {
    if (priv === undefined || priv.length === 0) throw new Error('has no priv-key');
    const secret = createSecretKey(priv);
    return { signKey: secret, verifyKey: secret };
  }
  const pub = readKeyFile(options.get('pub-key'));
  const signKey = priv && checkedType(algorithm, createPrivateKey(priv));
  const given = pub && checkedType(algorithm, createPublicKey(pub));
  const derived = signKey && createPublicKey(signKey);
  if (given !== undefined && derived !== undefined && !given.equals(derived)) {
    throw new Error('has a pub-key and a priv-key that do not belong together');
  }
  const verifyKey = given ?? derived;
  if (verifyKey === undefined) throw new Error('has neither pub-key nor priv-key');
  return { signKey, verifyKey };
}

function checkedType(algorithm: string, key: KeyObject): KeyObject {
  if (!keyTypes[algorithm.slice(0, 2)]?.includes(key.asymmetricKeyType ?? '')) {
    throw new Error(`has a ${key.asymmetricKeyType} key, which ${algorithm} cannot use`);
  }
  return key;
}

function readKeyFile(file: string | undefined): Buffer | undefined {
  return file === undefined || file === '' ? undefined : readFileSync(file);
}
