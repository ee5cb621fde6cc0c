import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Handler, UserInfo } from '../http/request-context.ts';
import type { RemoteDocuments, RemoteSpec } from '../openapi/remote-documents.ts';
import { pathOf, type RemoteEntry } from './api-service.ts';
import type { ExtensionServers } from './extension-server.ts';
import type { AggregatorProxy } from './proxy.ts';
import { followRemote, type FollowerParts } from './follow-remote.ts';

/** What OpenAPI of other servers works with. */
export interface RemoteOpenApiOptions extends FollowerParts {
  servers: ExtensionServers;
  proxy: AggregatorProxy;
}

const refreshIntervalMs = 60_000;
const firstRetryMs = 1000;
const timeoutMs = 60_000;

/** As servers see who asks for their documents. */
const openApiUser: UserInfo = { name: 'system:aggregator', groups: [] };

interface Known {
  entry: RemoteEntry;
  index: Readonly<Record<string, unknown>>;
  spec: Readonly<Record<string, unknown>> | undefined;
  etag: string | undefined;
}

/**
 * Knows the OpenAPI documents of the servers behind APIServices: asked when an APIService changes, and every
 * minute; what a server said last holds while it does not answer (kube-aggregator: `controllers/openapi`,
 * `controllers/openapiv3`).
 */
export class RemoteOpenApi implements RemoteDocuments {
  readonly #options: RemoteOpenApiOptions;
  readonly #known = new Map<string, Known>();
  #version = 0;

  constructor(options: RemoteOpenApiOptions) {
    this.#options = options;
    followRemote(options, {
      check: (name) => this.#refresh(name),
      intervalMs: refreshIntervalMs,
      firstRetryMs,
      changed: (entry) => {
        const known = this.#known.get(entry.name);
        this.#known.set(entry.name, { index: {}, spec: undefined, etag: undefined, ...known, entry });
        return entry.isAvailable;
      },
      gone: (name) => {
        if (this.#known.delete(name)) this.#version++;
      },
    });
  }

  get version(): number {
    return this.#version;
  }

  index(): Readonly<Record<string, unknown>> {
    return Object.assign({}, ...[...this.#known.values()].map(({ index }) => index)) as Record<
      string,
      unknown
    >;
  }

  specs(): readonly RemoteSpec[] {
    return [...this.#known.values()]
      .sort(
        ({ entry: left }, { entry: right }) =>
          right.groupPriority - left.groupPriority || right.versionPriority - left.versionPriority,
      )
      .flatMap(({ entry, spec }) => (spec === undefined ? [] : [{ prefix: `${pathOf(entry)}/`, spec }]));
  }

  handlerOf(path: string): Handler | undefined {
    for (const { entry, index } of this.#known.values()) {
      if (Object.hasOwn(index, path)) return (context) => this.#options.proxy.serve(context, entry);
    }
    return undefined;
  }

  async #refresh(name: string): Promise<boolean> {
    const entry = this.#known.get(name)?.entry;
    if (entry === undefined || !entry.isAvailable) return true;
    const results = await Promise.allSettled([this.#askForIndex(entry), this.#askForSpec(entry, name)]);
    return results.every(({ status }) => status === 'fulfilled');
  }

  async #askForIndex(entry: RemoteEntry): Promise<void> {
    const { servers } = this.#options;
    const { code, body } = await servers.get(entry.remote, '/openapi/v3', {
      user: openApiUser,
      headers: { accept: 'application/json' },
      timeoutMs,
    });
    if (code === 404) return;
    if (code !== 200) throw new Error(`/openapi/v3 was answered with ${code}`);
    const paths: unknown = ownValue(JSON.parse(body.toString()) as Record<string, unknown>, 'paths');
    const index = typeof paths === 'object' && paths !== null ? (paths as Record<string, unknown>) : {};
    const known = this.#known.get(entry.name);
    if (known === undefined || JSON.stringify(known.index) === JSON.stringify(index)) return;
    known.index = index;
    this.#version++;
  }

  async #askForSpec(entry: RemoteEntry, name: string): Promise<void> {
    const { servers } = this.#options;
    const etag = this.#known.get(name)?.etag;
    const { code, body, headers } = await servers.get(entry.remote, '/openapi/v2', {
      user: openApiUser,
      headers: { accept: 'application/json', ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      timeoutMs,
    });
    if (code === 304 || code === 404) return;
    if (code !== 200) throw new Error(`/openapi/v2 was answered with ${code}`);
    const spec = JSON.parse(body.toString()) as Record<string, unknown>;
    const known = this.#known.get(name);
    if (known === undefined) return;
    const isSame = JSON.stringify(known.spec) === JSON.stringify(spec);
    known.etag = headers.etag;
    if (isSame) return;
    known.spec = spec;
    this.#version++;
  }
}
