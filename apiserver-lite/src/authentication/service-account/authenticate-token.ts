import { CredentialError } from '../authenticator.ts';
import type { TokenListener } from '../bearer-token.ts';
import type { UserInfo } from '../../http/request-context.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import { findStored } from './find-stored.ts';
import { legacyIssuer, legacyUser, type LegacyTokenOptions } from './legacy-token.ts';
import { issuerOf, signedClaims } from './signed-claims.ts';
import { goodAudiences } from './token-audiences.ts';
import { type BoundObject, serviceAccountUser, type TokenClaims } from './token-claims.ts';
import type { VerifyingKey } from './token-keys.ts';

export interface TokenAuthenticatorOptions extends LegacyTokenOptions {
  issuers: readonly string[];
  keys: readonly VerifyingKey[];
  /** The audiences that tokens must be for, unless others are asked for. */
  apiAudiences: readonly string[];
}

/** Who a token speaks for, and for which of the wanted audiences it is good. */
export interface AuthenticatedToken {
  user: UserInfo;
  audiences: readonly string[];
}

/** What somebody asks of a token. */
export interface TokenQuestion {
  /** Default: those of the server. */
  audiences?: readonly string[];
  /** Default: nobody hears. */
  listener?: TokenListener;
}

/** Undefined for a token that is none of ours; a CredentialError for one of ours that doesn't hold. */
export type ServiceAccountAuthenticator = (
  token: string,
  question?: TokenQuestion,
) => Promise<AuthenticatedToken | undefined>;

const silent: TokenListener = { warn: () => undefined, annotate: () => undefined };

/** What is deleted counts as there for that long, as clocks differ (go-jose's leeway). */
const leewayMs = 60_000;

/** Checks the tokens of service accounts (Kubernetes: `serviceaccount/{jwt,claims}.go`). */
export function serviceAccountAuthenticator(options: TokenAuthenticatorOptions): ServiceAccountAuthenticator {
  const { issuers, apiAudiences, clock } = options;
  const known = new Set(issuers);
  const claimsOf = signedClaims(options.keys);
  return async (token, { audiences: wanted, listener = silent } = {}) => {
    const issuer = issuerOf(token);
    if (issuer === undefined || (issuer !== legacyIssuer && !known.has(issuer))) return undefined;
    const claims = await claimsOf(token);
    const audiences = goodAudiences(claims, { wanted, apiAudiences });
    if (claims.aud === undefined || claims.aud.length === 0) {
      options.uses?.record('withoutAudience');
      listener.annotate('authentication.k8s.io/legacy-token', claims.sub ?? '');
    }
    if (issuer === legacyIssuer) {
      return { user: await legacyUser(options, { token, claims, listener }), audiences };
    }
    const nowMs = clock();
    checkTimes(claims, nowMs);
    if (options.lookup) await checkObjects(options, claims, nowMs);
    const { warnafter } = claims['kubernetes.io'] ?? {};
    if (warnafter) {
      const isStale = nowMs > warnafter * 1000;
      options.uses?.record(isStale ? 'stale' : 'valid');
      if (isStale) {
        const seconds = Math.floor(nowMs / 1000) - warnafter;
        listener.annotate(
          'authentication.k8s.io/stale-token',
          `subject: ${claims.sub ?? ''}, seconds after warning threshold: ${seconds}`,
        );
      }
    }
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
  const account = await findStored(storageOf('serviceaccounts'), namespace, serviceaccount.name);
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
    const found = await findStored(storageOf(resource), place, claim.name);
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
