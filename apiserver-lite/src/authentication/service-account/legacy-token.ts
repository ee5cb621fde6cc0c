import { timingSafeEqual } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { CredentialError } from '../authenticator.ts';
import type { TokenListener } from '../bearer-token.ts';
import type { UserInfo } from '../../http/request-context.ts';
import type { ResourceStorage } from '../../storage/storage.ts';
import { findStored } from './find-stored.ts';
import { serviceAccountUser, type TokenClaims } from './token-claims.ts';

/** `iss` of the tokens that stand in Secrets. */
export const legacyIssuer = 'kubernetes/serviceaccount';

const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const dayMs = 86_400_000;

/** Kinds of use that are counted. `invalidated`, `generated` and `manual` are of tokens in Secrets. */
export type TokenUse = 'valid' | 'stale' | 'withoutAudience' | 'invalidated' | 'generated' | 'manual';

export interface LegacyTokenOptions {
  /** Whether what a token names must be there: `--service-account-lookup`. */
  lookup: boolean;
  /** The stored objects of the core group. */
  storageOf(resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes'): ResourceStorage;
  /** Writes labels to a Secret, as long as it has this uid; a failure is its own to report. */
  labelSecret(secret: KubeObject, labels: Record<string, string>): Promise<void>;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Counts the uses of tokens. */
  uses?: { record(use: TokenUse): void };
}

/** A token with its claims, whose signature holds. */
export interface LegacyToken {
  token: string;
  claims: TokenClaims;
  listener: TokenListener;
}

interface LegacyClaims {
  namespace: string;
  secret: string;
  account: string;
  uid: string;
}

/**
 * The account of a token that stands in a Secret, or a CredentialError. The Secret says whether it still
 * holds, and gets a label with the day of its last use (Kubernetes: `serviceaccount/legacy.go`).
 */
export async function legacyUser(options: LegacyTokenOptions, legacy: LegacyToken): Promise<UserInfo> {
  const claims = readClaims(legacy.claims);
  if (options.lookup) await checkObjects(options, legacy, claims);
  const { namespace, account, uid } = claims;
  return {
    name: serviceAccountUser(namespace, account),
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}

function readClaims(claims: TokenClaims): LegacyClaims {
  const { sub } = claims;
  const prefix = 'kubernetes.io/serviceaccount/';
  const values = claims as Readonly<Record<string, unknown>>;
  const required = (value: unknown, name: string): string => {
    if (typeof value !== 'string' || value === '') throw new CredentialError(`${name} claim is missing`);
    return value;
  };
  const subject = required(sub, 'sub');
  const namespace = required(values[`${prefix}namespace`], 'namespace');
  const secret = required(values[`${prefix}secret.name`], 'secretName');
  const account = required(values[`${prefix}service-account.name`], 'serviceAccountName');
  const uid = required(values[`${prefix}service-account.uid`], 'serviceAccountUID');
  if (subject !== serviceAccountUser(namespace, account)) throw new CredentialError('sub claim is invalid');
  return { namespace, secret, account, uid };
}

async function checkObjects(
  options: LegacyTokenOptions,
  { token, listener }: LegacyToken,
  claims: LegacyClaims,
): Promise<void> {
  const { namespace, account } = claims;
  const secret = (await findStored(options.storageOf('secrets'), namespace, claims.secret))?.object;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined)
    throw new CredentialError('Token has been invalidated');
  if (!holds(secret, token)) throw new CredentialError("Token does not match server's copy");
  const found = (await findStored(options.storageOf('serviceaccounts'), namespace, account))?.object;
  if (found === undefined) throw new CredentialError(`serviceaccounts "${account}" not found`);
  if (found.metadata.deletionTimestamp !== undefined)
    throw new CredentialError(`ServiceAccount ${namespace}/${account} has been deleted`);
  if (found.metadata.uid !== claims.uid) {
    throw new CredentialError(
      `ServiceAccount UID (${found.metadata.uid}) does not match claim (${claims.uid})`,
    );
  }
  if ((secret.metadata.labels?.[invalidSinceLabel] ?? '') !== '') {
    options.uses?.record('invalidated');
    listener.annotate('authentication.k8s.io/legacy-token-invalidated', `${claims.secret}/${namespace}`);
    await recordUse(options, secret);
    throw new CredentialError(
      `the token in secret ${namespace}/${claims.secret} for service account ${namespace}/${account} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${invalidSinceLabel}' label from the secret to temporarily allow use of this token`,
    );
  }
  const named = (found['secrets'] ?? []) as readonly { name?: string }[];
  const isGenerated = named.some(({ name }) => name === claims.secret);
  if (isGenerated) {
    listener.warn(
      'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.',
    );
  }
  options.uses?.record(isGenerated ? 'generated' : 'manual');
  listener.annotate(
    `authentication.k8s.io/legacy-token-${isGenerated ? 'autogenerated' : 'manual'}-secret`,
    claims.secret,
  );
  await recordUse(options, secret);
}

/** Whether it is the token that the Secret has. Takes as long for every token of one length. */
function holds(secret: KubeObject, token: string): boolean {
  const { token: stored } = (secret['data'] ?? {}) as { token?: unknown };
  if (typeof stored !== 'string') return false;
  const [own, given] = [Buffer.from(stored, 'base64'), Buffer.from(token)];
  return own.byteLength === given.byteLength && timingSafeEqual(own, given);
}

/** Servers whose clocks differ must not write in turn around midnight. */
async function recordUse({ clock, labelSecret }: LegacyTokenOptions, secret: KubeObject): Promise<void> {
  const [today = '', tomorrow] = [0, dayMs].map((later) =>
    new Date(clock() + later).toISOString().slice(0, 10),
  );
  const lastUsed = secret.metadata.labels?.[lastUsedLabel];
  if (lastUsed !== today && lastUsed !== tomorrow) await labelSecret(secret, { [lastUsedLabel]: today });
}
