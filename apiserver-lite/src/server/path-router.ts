import type { Handler, RequestContext } from './request-context.ts';
import { sendBody, sendPageNotFound, sendText } from './respond.ts';

/** Answers what is not a resource: whole paths, and everything below some prefixes (Kubernetes: `server/mux`). */
export class PathRouter {
  readonly #paths = new Map<string, Handler>();
  readonly #prefixes: { prefix: string; handler: Handler }[] = [];
  #index: Uint8Array | undefined;

  constructor() {
    this.get('/', (context) => this.#sendIndex(context));
  }

  /** Serves GET and HEAD of `path`, and lists it on `/` unless it is hidden. */
  get(path: string, handler: Handler): void {
    this.#paths.set(path, readOnly(handler));
    this.#index = undefined;
  }

  /** Serves GET and HEAD of every path that begins with `prefix` and has no handler of its own. */
  getBelow(prefix: string, handler: Handler): void {
    this.#prefixes.push({ prefix, handler: readOnly(handler) });
    this.#prefixes.sort((left, right) => right.prefix.length - left.prefix.length);
  }

  /** All whole paths, sorted. */
  paths(): string[] {
    return [...this.#paths.keys()].sort();
  }

  readonly handler: Handler = (context) => {
    const path = context.requestInfo.path;
    const handler =
      this.#paths.get(path) ??
      // `/apis/apps/` is `/apis/apps`.
      (path.endsWith('/') ? this.#paths.get(path.slice(0, -1)) : undefined) ??
      this.#prefixes.find(({ prefix }) => path.startsWith(prefix))?.handler;
    return handler === undefined ? sendPageNotFound(context) : handler(context);
  };

  #sendIndex(context: RequestContext): Promise<void> {
    this.#index ??= Buffer.from(
      `${JSON.stringify({ paths: this.paths().filter((path) => path !== '/') }, undefined, 2)}`,
    );
    return sendBody(context, { code: 200, contentType: 'application/json', body: this.#index });
  }
}

function readOnly(handler: Handler): Handler {
  return async (context) => {
    const { method } = context.request;
    if (method === 'GET' || method === 'HEAD') return handler(context);
    context.response.setHeader('Allow', 'GET, HEAD');
    return sendText(context, 405, '405: Method Not Allowed\n');
  };
}

/** A document that never changes while the server runs, as JSON for people (Kubernetes: `responsewriters.WriteRawJSON`). */
export function constantJson(value: unknown): Handler {
  const body = Buffer.from(JSON.stringify(value, undefined, 2));
  return (context) => sendBody(context, { code: 200, contentType: 'application/json', body });
}
