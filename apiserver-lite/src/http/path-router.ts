import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { Handler, RequestContext } from './request-context.ts';
import { sendBody, sendPageNotFound } from './respond.ts';
import { notAcceptableHere, StatusError, unknownResource } from '../api-errors/status-error.ts';

/**
 * Answers what is not a resource. There are two kinds of paths, as in kube-apiserver: those of its plain mux take any
 * method, and have to be met exactly (Kubernetes: `server/mux`); those of its web services take GET, with or without a
 * slash at the end, and whatever else begins with them is answered by a Status (`server/handler.go`).
 */
export class PathRouter {
  readonly #paths = new Map<string, Handler>();
  readonly #services = new Map<string, Handler>();
  readonly #unlisted = new Set<string>(['/']);
  readonly #claims = new Set<string>();
  readonly #prefixes: { prefix: string; handler: Handler }[] = [];
  #index: Uint8Array | undefined;

  constructor() {
    this.any('/', (context) => this.#sendIndex(context));
    this.any('/index.html', (context) => this.#sendIndex(context));
  }

  /** Serves `path`, whatever the method, and lists it on `/`. */
  any(path: string, handler: Handler): void {
    this.#paths.set(path, handler);
    this.#index = undefined;
  }

  /** Serves `path`, whatever the method, and does not tell of it. */
  unlisted(path: string, handler: Handler): void {
    this.#paths.set(path, handler);
    this.#unlisted.add(path);
  }

  /** Serves GET of `path` and of `path/`, lists it on `/`, and claims what is below. */
  service(path: string, handler: Handler): void {
    this.#services.set(path, handler);
    this.claim(path);
    this.#index = undefined;
  }

  /** What nothing serves at or below `path` is a Status, where elsewhere it is a `404 page not found`. */
  claim(path: string): void {
    this.#claims.add(path);
  }

  /** Serves every path that begins with `prefix` and has no handler of its own, whatever the method. */
  below(prefix: string, handler: Handler): void {
    this.#prefixes.push({ prefix, handler });
    this.#prefixes.sort((left, right) => right.prefix.length - left.prefix.length);
  }

  /** All whole paths that `/` lists, sorted. */
  paths(): string[] {
    const all = [...this.#paths.keys(), ...this.#services.keys()];
    return all.filter((path) => !this.#unlisted.has(path)).sort();
  }

  readonly handler: Handler = async (context) => {
    const { path } = context.requestInfo;
    const exact = this.#paths.get(path);
    if (exact !== undefined) return exact(context);
    const service = this.#services.get(path.endsWith('/') ? path.slice(0, -1) : path);
    if (service !== undefined) return onlyGet(context, service);
    if (this.#isClaimed(path)) throw unknownResource();
    const below = this.#prefixes.find(({ prefix }) => path.startsWith(prefix))?.handler;
    return below === undefined ? sendPageNotFound(context) : below(context);
  };

  #isClaimed(path: string): boolean {
    if (this.#claims.has(path)) return true;
    for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
      if (this.#claims.has(path.slice(0, end))) return true;
    }
    return false;
  }

  #sendIndex(context: RequestContext): Promise<void> {
    this.#index ??= Buffer.from(`${JSON.stringify({ paths: this.paths() }, undefined, 2)}`);
    return sendBody(context, { code: 200, contentType: 'application/json', body: this.#index });
  }
}

async function onlyGet(context: RequestContext, handler: Handler): Promise<void> {
  if (context.request.method === 'GET') return handler(context);
  throw new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** A document that never changes while the server runs, as JSON for people (Kubernetes: `responsewriters.WriteRawJSON`). */
export function constantJson(value: object): Handler {
  const body = Buffer.from(stringifyJson(value, 2));
  return onlyAs('application/json', (context) =>
    sendBody(context, { code: 200, contentType: 'application/json', body }),
  );
}

/** A handler that has its answer in one form only. @throws StatusError 406 for who wants another. */
export function onlyAs(mediaType: string, handler: Handler): Handler {
  return async (context) => {
    const accept = context.request.headers.accept ?? '';
    const takes = accept.split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
    if (accept !== '' && !takes.includes('*/*') && !takes.includes(mediaType)) {
      throw notAcceptableHere([mediaType]);
    }
    return handler(context);
  };
}
