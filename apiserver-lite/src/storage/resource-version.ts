import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { badRequest, StatusError } from '../api-errors/status-error.ts';

function parseError(text: string): string {
  const cause = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  return `strconv.ParseUint: parsing ${goQuote(text)}: ${cause}`;
}

const syntaxError = (text: string) => `Invalid value: ${goQuote(text)}: ${parseError(text)}`;

function parse(text: string): number | undefined {
  if (text === '') return 0;
  if (!/^\d+$/.test(text)) return undefined;
  const revision = Number(text);
  return Number.isSafeInteger(revision) ? revision : undefined;
}

/** The revision that a client names; '' and '0' are 0. Throws 400 where it is no number. */
export function parseResourceVersion(text: string): number {
  const revision = parse(text);
  if (revision === undefined) {
    throw badRequest(`invalid resource version: resourceVersion: ${syntaxError(text)}`);
  }
  return revision;
}

/** As parseResourceVersion; a get and a watch answer 500, as kube-apiserver does. */
export function parseUncheckedResourceVersion(text: string): number {
  const revision = parse(text);
  if (revision === undefined) {
    throw new StatusError(500, undefined, `resourceVersion: ${syntaxError(text)}`);
  }
  return revision;
}

/**
 * The `metadata.resourceVersion` of an object that a client sends, up to 64 bits; '' is 0. Throws 500 where
 * it is no number (Kubernetes: `storage.APIObjectVersioner`).
 */
export function objectResourceVersion(text: string | undefined): bigint {
  if (text === undefined || text === '') return 0n;
  const revision = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (revision !== undefined && revision < 2n ** 64n) return revision;
  throw new StatusError(500, undefined, parseError(text));
}
