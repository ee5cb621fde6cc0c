import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { Handler, RequestContext } from './request-context.ts';
import { PathTable } from './path-table.ts';
import { sendBody, sendPageNotFound } from './respond.ts';
import { notAcceptableHere, StatusError, unknownResource } from '../api-errors/status-error.ts';

/**
 * Answers what is not a resource: from its own table of paths, and from mounted ones, which may change from
 * request to request. What no table has is a `404 page not found`, or a Status below a path that was claimed.
 */
export class PathRouter extends PathTable {
  readonly #mounted: (() => PathTable)[] = [];
  readonly #prefixes: { prefix: string; handler: Handler; listed: boolean }[] = [];

  constructor() {
    super();
    this.unlisted('/', (context) => this.#sendIndex(context));
    this.unlisted('/index.html', (context) => this.#sendIndex(context));
  }

  /**
   * Adds paths that may change while the server runs: `table` gives those of now, and is called for every
   * request.
   */
  mount(table: () => PathTable): void {
    this.#mounted.push(table);
  }

  /**
   * Serves every path that begins with `prefix` and has no handler of its own, whatever the method; `/` lists
   * the prefix where it is said.
   */
  below(prefix: string, handler: Handler, listed = false): void {
    this.#prefixes.push({ prefix, handler, listed });
    this.#prefixes.sort((left, right) => right.prefix.length - left.prefix.length);
  }

  /** All paths that `/` lists, sorted. */
  paths(): string[] {
    const prefixes = this.#prefixes.filter(({ listed }) => listed).map(({ prefix }) => prefix);
    return [...this.#tables().flatMap((table) => table.listed()), ...prefixes].sort();
  }

  readonly handler: Handler = async (context) => {
    const { path } = context.requestInfo;
    const tables = this.#tables();
    for (const table of tables) {
      const exact = table.exact(path);
      if (exact !== undefined) return exact(context);
    }
    for (const table of tables) {
      const service = table.serviceAt(path);
      if (service !== undefined) return onlyGet(context, service);
    }
    if (tables.some((table) => table.isClaimed(path))) throw unknownResource();
    const below = this.#prefixes.find(({ prefix }) => path.startsWith(prefix))?.handler;
    return below === undefined ? sendPageNotFound(context) : below(context);
  };

  #tables(): readonly PathTable[] {
    return [this, ...this.#mounted.map((table) => table())];
  }

  #sendIndex(context: RequestContext): Promise<void> {
    const body = Buffer.from(`${JSON.stringify({ paths: this.paths() }, undefined, 2)}`);
    return sendBody(context, { code: 200, contentType: 'application/json', body });
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

/**
 * A document that never changes while the server runs, as JSON for people (Kubernetes:
 * `responsewriters.WriteRawJSON`).
 */
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
