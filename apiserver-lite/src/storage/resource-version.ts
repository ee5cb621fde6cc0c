import { badRequest, StatusError } from '../api-errors/status-error.ts';

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

/** As parseResourceVersion; a watch answers 500, as kube-apiserver does. */
export function parseWatchResourceVersion(text: string): number {
  const revision = parse(text);
  if (revision === undefined) {
    throw new StatusError(500, undefined, `resourceVersion: ${syntaxError(text)}`);
  }
  return revision;
}
