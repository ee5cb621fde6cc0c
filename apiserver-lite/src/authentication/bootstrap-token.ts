import { hash, timingSafeEqual } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { isReason } from '../api-errors/status-error.ts';
import type { AnyAudienceLookup } from './token-file.ts';
import type { ResourceStorage } from '../storage/storage.ts';

/** What bootstrap tokens are looked up in. */
export interface BootstrapTokenOptions {
  /** The stored Secrets; asked when the first such token comes. */
  secrets(): Pick<ResourceStorage, 'get'>;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

const tokenForm = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupForm = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
/** RFC 3339 */
const timeForm = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const defaultGroup = 'system:bootstrappers';
const secretType = 'bootstrap.kubernetes.io/token';

/**
 * Who a bootstrap token belongs to: `system:bootstrap:ID`, by the Secret `bootstrap-token-ID` in kube-system
 * (Kubernetes: `plugin/pkg/auth/authenticator/token/bootstrap`). Undefined for a token of another form, and
 * for one that no such Secret makes good: to its sender all of them are unknown tokens.
 */
export function bootstrapToken({ secrets, clock }: BootstrapTokenOptions): AnyAudienceLookup {
  return async (token) => {
    const [, id, tokenSecret] = tokenForm.exec(token) ?? [];
    if (id === undefined || tokenSecret === undefined) return undefined;
    const secret = await find(secrets(), `bootstrap-token-${id}`);
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return undefined;
    const data = (secret['data'] ?? {}) as Record<string, unknown>;
    const value = (key: string): string => {
      const encoded = ownValue(data, key);
      return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : '';
    };
    if (secret['type'] !== secretType || !isSame(value('token-secret'), tokenSecret)) return undefined;
    if (value('token-id') !== id || hasExpired(value('expiration'), clock())) return undefined;
    if (value('usage-bootstrap-authentication') !== 'true') return undefined;
    const groups = groupsOf(value('auth-extra-groups'));
    return groups === undefined ? undefined : { name: `system:bootstrap:${id}`, groups };
  };
}

/** Only the cache is asked, as there: unauthenticated clients can try names as fast as they like. */
async function find(storage: Pick<ResourceStorage, 'get'>, name: string): Promise<KubeObject | undefined> {
  try {
    return (await storage.get({ namespace: 'kube-system', name }, '0')).object;
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    return undefined;
  }
}

/** Takes as long for every token. */
function isSame(own: string, given: string): boolean {
  return timingSafeEqual(hash('sha256', own, 'buffer'), hash('sha256', given, 'buffer'));
}

/** A time that cannot be read is past. */
function hasExpired(expiration: string, nowMs: number): boolean {
  if (expiration === '') return false;
  const [, day] = timeForm.exec(expiration) ?? [];
  if (day === undefined || !isDay(day)) return true;
  const at = Date.parse(expiration);
  return Number.isNaN(at) || at <= nowMs;
}

/** `Date.parse` takes the 31st of every month. */
function isDay(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}

/** Sorted, each once; undefined where one is not a group of bootstrappers. */
function groupsOf(extra: string): string[] | undefined {
  const groups = extra === '' ? [] : extra.split(',');
  if (!groups.every((group) => groupForm.test(group))) return undefined;
  return [...new Set([defaultGroup, ...groups])].sort();
}
