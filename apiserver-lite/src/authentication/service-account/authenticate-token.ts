import { createHash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { CredentialError } from '../authenticator.ts';
import type { UserInfo } from '../../http/request-context.ts';
import { isReason } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import { type BoundObject, serviceAccountUser, type TokenClaims } from './token-claims.ts';
import type { VerifyingKey } from './token-keys.ts';

export interface TokenAuthenticatorOptions {
  issuers: readonly string[];
  keys: readonly VerifyingKey[];
  /** The audiences that tokens must be for, unless others are asked for. */
  apiAudiences: readonly string[];
  lookup: boolean;
  /** The stored objects of the core group. */
  storageOf(resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes'): ResourceStorage;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** A token with a time after which it is stale was used. */
  used?: (isStale: boolean) => void;
}

/** Who a token speaks for, and for which of the wanted audiences it is good. */
export interface AuthenticatedToken {
  user: UserInfo;
  audiences: readonly string[];
}

/** Undefined for a token that is none of ours; a CredentialError for one of ours that doesn't hold. */
export type ServiceAccountAuthenticator = (
  token: string,
  audiences?: readonly string[],
) => Promise<AuthenticatedToken | undefined>;

/** Checking a signature takes a tenth of a millisecond; who asks often asks with the same token. */
const rememberedTokens = 4096;
/** What is deleted counts as there for that long, as clocks differ (go-jose's leeway). */
const leewayMs = 60_000;

/** Checks the tokens of service accounts (Kubernetes: `serviceaccount/{jwt,claims}.go`). */
export function serviceAccountAuthenticator(options: TokenAuthenticatorOptions): ServiceAccountAuthenticator {
  const { issuers, keys, apiAudiences, clock } = options;
  const known = new Set(issuers);
  /** Claims whose signature holds, by the token's digest; the oldest goes first. */
  const signed = new Map<string, TokenClaims>();

  async function verified(token: string): Promise<TokenClaims> {
    const digest = createHash('sha256').update(token).digest('base64');
    const remembered = signed.get(digest);
    if (remembered !== undefined) return remembered;
    const keyId = keyIdOf(token);
    const candidates = keyId === undefined ? keys : keys.filter(({ id }) => id === keyId);
    if (candidates.length === 0) throw new CredentialError('invalid signature, no keys found');
    for (const { key, algorithm } of candidates) {
      try {
        const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
        const claims = readClaims(Buffer.from(payload).toString());
        if (signed.size >= rememberedTokens) signed.delete(signed.keys().next().value ?? '');
        signed.set(digest, claims);
        return claims;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    throw new CredentialError('go-jose/go-jose: error in cryptographic primitive');
  }

  return async (token, wanted) => {
    if (!known.has(payloadOf(token)?.iss ?? '')) return undefined;
    const claims = await verified(token);
    const requested = wanted === undefined || wanted.length === 0 ? apiAudiences : wanted;
    const named = [claims.aud ?? []].flat();
    const own = named.length === 0 ? apiAudiences : named;
    const audiences = requested.filter((audience) => own.includes(audience));
    if (audiences.length === 0 && apiAudiences.length > 0) {
      const [has, needs] = [own, requested].map(
        (names) => `[${names.map((name) => JSON.stringify(name)).join(' ')}]`,
      );
      throw new CredentialError(`token audiences ${has} is invalid for the target audiences ${needs}`);
    }
    const nowMs = clock();
    checkTimes(claims, nowMs);
    if (options.lookup) await checkObjects(options, claims, nowMs);
    const { warnafter } = claims['kubernetes.io'] ?? {};
    if (warnafter) options.used?.(nowMs > warnafter * 1000);
    return { user: userOf(claims), audiences };
  };
}

function checkTimes({ nbf, exp, iat }: TokenClaims, nowMs: number): void {
  if (nbf !== undefined && nowMs < nbf * 1000 - leewayMs) {
    throw new CredentialError('service account token is not valid yet');
  }
  if (exp !== undefined && nowMs > exp * 1000 + leewayMs) {
    throw new CredentialError('service account token has expired');
  }
  if (iat !== undefined && nowMs < iat * 1000 - leewayMs) {
    throw new CredentialError('service account token is issued in the future');
  }
}

/** A token is as good as what it names: the account, and the Pod, Secret or Node that it was given to. */
async function checkObjects(
  { storageOf }: TokenAuthenticatorOptions,
  claims: TokenClaims,
  nowMs: number,
): Promise<void> {
  const { namespace = '', serviceaccount = nobody, pod, secret, node } = claims['kubernetes.io'] ?? {};
  if (serviceaccount.name === '') throw new CredentialError('resource name may not be empty');
  const account = await find(storageOf('serviceaccounts'), namespace, serviceaccount.name);
  if (account === undefined) throw new CredentialError(`serviceaccounts "${serviceaccount.name}" not found`);
  if (isGone(account, nowMs)) {
    throw new CredentialError(`service account ${namespace}/${serviceaccount.name} has been deleted`);
  }
  const uid = account.object.metadata.uid ?? '';
  if (uid !== serviceaccount.uid) {
    throw new CredentialError(`service account UID (${uid}) does not match claim (${serviceaccount.uid})`);
  }
  const bound: [string, 'pods' | 'secrets' | 'nodes', string, BoundObject | undefined][] = [
    ['secret', 'secrets', namespace, secret],
    ['pod', 'pods', namespace, pod],
    // A Pod's token outlives its node's object; one that is bound to the node itself doesn't.
    ['node', 'nodes', '', pod === undefined ? node : undefined],
  ];
  for (const [kind, resource, place, claim] of bound) {
    if (claim === undefined) continue;
    const found = await find(storageOf(resource), place, claim.name);
    if (found === undefined || isGone(found, nowMs)) {
      throw new CredentialError('service account token has been invalidated');
    }
    const foundUid = found.object.metadata.uid ?? '';
    if (foundUid !== claim.uid) {
      throw new CredentialError(
        `${kind} UID (${foundUid}) does not match service account ${kind} ref claim (${claim.uid})`,
      );
    }
  }
}

/** The cache may lag behind an object that was made through another server, so a miss is asked again. */
async function find(
  storage: ResourceStorage,
  namespace: string,
  name: string,
): Promise<CachedObject | undefined> {
  for (const resourceVersion of ['0', '']) {
    try {
      return await storage.get({ namespace, name }, resourceVersion);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
  return undefined;
}

function isGone({ object }: CachedObject, nowMs: number): boolean {
  const { deletionTimestamp } = object.metadata;
  return typeof deletionTimestamp === 'string' && Date.parse(deletionTimestamp) < nowMs - leewayMs;
}

/** Of a token that names no account. */
const nobody: BoundObject = { name: '', uid: '' };

const claimPrefix = 'authentication.kubernetes.io/';

function userOf(claims: TokenClaims): UserInfo {
  const { namespace = '', serviceaccount = nobody, pod, node } = claims['kubernetes.io'] ?? {};
  const extra: Record<string, string[]> = {};
  if (claims.jti !== undefined) extra[`${claimPrefix}credential-id`] = [`JTI=${claims.jti}`];
  if (node !== undefined) {
    extra[`${claimPrefix}node-name`] = [node.name];
    if (node.uid !== undefined && node.uid !== '') extra[`${claimPrefix}node-uid`] = [node.uid];
  }
  if (pod !== undefined) {
    extra[`${claimPrefix}pod-name`] = [pod.name];
    extra[`${claimPrefix}pod-uid`] = [pod.uid];
  }
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function part(token: string, index: number): Record<string, unknown> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(parts[index] ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Not to be trusted before the signature is checked. */
function payloadOf(token: string): Partial<TokenClaims> | undefined {
  return part(token, 1);
}

function keyIdOf(token: string): string | undefined {
  const kid = part(token, 0)?.['kid'];
  return typeof kid === 'string' && kid !== '' ? kid : undefined;
}

/** The claims of a token whose signature holds; they may still be of any form. */
function readClaims(text: string): TokenClaims {
  const claims = JSON.parse(text) as TokenClaims;
  for (const time of [claims.exp, claims.nbf, claims.iat]) {
    if (time === undefined || time === null || typeof time === 'number') continue;
    throw new CredentialError('go-jose/go-jose/jwt: expected number value to unmarshal NumericDate');
  }
  return claims;
}
