import { badRequest, invalid } from '../api-errors/status-error.ts';
import type { FieldError, GroupResource, StatusError } from '../api-errors/status-error.ts';

function syntaxError(text: string): string {
  const cause = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  return `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${cause}`;
}

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

/** As parseResourceVersion; a watch reports 422 instead (Kubernetes: `registry/generic/registry.Store.WatchPredicate`). */
export function parseWatchResourceVersion(text: string, { group, resource }: GroupResource): number {
  const revision = parse(text);
  if (revision === undefined) {
    const finding: FieldError = {
      field: 'resourceVersion',
      reason: 'FieldValueInvalid',
      message: syntaxError(text),
    };
    throw invalid({ group, kind: resource }, '', [finding]) satisfies StatusError;
  }
  return revision;
}
