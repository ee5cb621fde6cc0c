import { jsonSyntaxError } from '@pg8s/k8s-proto/conform/json-syntax';
import { badRequest } from '../api-errors/status-error.ts';

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The list's revision; -1: the rest of the list as it is now (after a compaction). */
  revision: number;
  /** First key of the page, below the list's prefix; latin1 text of the key's bytes. */
  start: string;
}

const apiVersion = 'meta.k8s.io/v1';

/**
 * The opaque token of metadata.continue, as kube-apiserver writes it, so that a client may change servers
 * between two pages: base64url of `{"v":"meta.k8s.io/v1","rv":1045,"start":"default/web\u0000"}`.
 */
export function encodeContinueToken({ revision, start }: ContinueToken): string {
  const text = Buffer.from(start, 'latin1').toString('utf8');
  return Buffer.from(JSON.stringify({ v: apiVersion, rv: revision, start: text })).toString('base64url');
}

function refuse(cause: string): never {
  throw badRequest(`invalid continue token: ${cause}`);
}

/** Where unpadded base64url ends to be such, as Go counts; -1: nowhere. Line ends count for nothing. */
function wrongByte(token: string): number {
  const wrong = token.search(/[^\w\r\n-]/);
  if (wrong !== -1) return wrong;
  const isTornOff = token.replaceAll(/[\r\n]/g, '').length % 4 === 1;
  return isTornOff ? token.search(/[\w-][\r\n]*$/) : -1;
}

/** Throws 400 for what is no token of ours, or would lead out of the list's prefix. */
export function decodeContinueToken(token: string): ContinueToken {
  const wrong = wrongByte(token);
  if (wrong !== -1) return refuse(`continue key is not valid: illegal base64 data at input byte ${wrong}`);
  let fields: { v?: unknown; rv?: unknown; start?: unknown };
  const bytes = Buffer.from(token, 'base64url');
  try {
    fields = JSON.parse(bytes.toString('utf8')) as typeof fields;
  } catch (error) {
    return refuse(`continue key is not valid: ${jsonSyntaxError(bytes) ?? String(error)}`);
  }
  if (fields === null || typeof fields !== 'object') return refuse('continue key is not valid');
  const { v, rv, start } = fields;
  if (v !== apiVersion) {
    return refuse(
      `continue key is not valid: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`,
    );
  }
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    return refuse(
      'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  }
  if (typeof start !== 'string' || start === '') {
    return refuse('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  // A key is a path: a token must not climb out of the list it continues.
  const segments = (start.startsWith('/') ? start.slice(1) : start).split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return refuse(`continue key is not valid: ${start}`);
  }
  return { revision: rv, start: Buffer.from(segments.join('/'), 'utf8').toString('latin1') };
}
