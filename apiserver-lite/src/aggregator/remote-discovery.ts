import type { RemoteVersion, RemoteVersions } from '../discovery/remote-versions.ts';
import type { UserInfo } from '../http/request-context.ts';
import { pathOf, type RemoteEntry } from './api-service.ts';
import { aggregatorUser } from './check-availability.ts';
import { resourcesOf, type VersionDiscovery, versionsOf } from './discovery-documents.ts';
import type { ExtensionServers } from './extension-server.ts';
import { followRemote, type FollowerParts } from './follow-remote.ts';

/** What discovery of other servers works with. */
export interface RemoteDiscoveryOptions extends FollowerParts {
  servers: ExtensionServers;
}

const refreshIntervalMs = 60_000;
const firstRetryMs = 500;
const timeoutMs = 5000;

const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const acceptAggregated = `${v2},${v2.replace('v=v2', 'v=v2beta1')}`;
/** Old documents are asked for by the same user without its group. */
const plainUser: UserInfo = { name: aggregatorUser.name, groups: [] };

interface Known {
  entry: RemoteEntry;
  version: RemoteVersion;
}

/**
 * Knows what the servers behind APIServices serve: asked when an APIService changes, and every minute. Where
 * a server does not answer, its version is discovered as stale and without resources (kube-aggregator:
 * `apiserver/handler_discovery.go`).
 */
export class RemoteDiscovery implements RemoteVersions {
  readonly #options: RemoteDiscoveryOptions;
  readonly #known = new Map<string, Known>();
  #version = 0;
  #all: readonly RemoteVersion[] | undefined;

  constructor(options: RemoteDiscoveryOptions) {
    this.#options = options;
    followRemote(options, {
      check: (name) => this.#refresh(name),
      intervalMs: refreshIntervalMs,
      firstRetryMs,
      changed: (entry) => {
        // It is there from now on; what it serves is found out.
        this.#set(entry, this.#known.get(entry.name)?.version.discovery ?? stale(entry));
        return true;
      },
      gone: (name) => {
        if (this.#known.delete(name)) this.#changed();
      },
    });
  }

  get version(): number {
    return this.#version;
  }

  all(): readonly RemoteVersion[] {
    this.#all ??= [...this.#known.values()].map(({ version }) => version);
    return this.#all;
  }

  async #refresh(name: string): Promise<boolean> {
    const entry = this.#known.get(name)?.entry;
    if (entry === undefined) return true;
    const found = await this.#ask(entry).catch(() => undefined);
    // Somebody has changed it meanwhile: it is asked for once more.
    if (this.#known.get(name)?.entry !== entry) return true;
    this.#set(entry, found === undefined ? stale(entry) : { ...found, freshness: 'Current' });
    return found !== undefined;
  }

  async #ask(entry: RemoteEntry): Promise<VersionDiscovery> {
    if (!entry.isAvailable) throw new Error(`${entry.name} is not available`);
    const { servers } = this.#options;
    const answer = await servers.get(entry.remote, '/apis', {
      user: aggregatorUser,
      headers: { accept: acceptAggregated },
      timeoutMs,
    });
    const type = answer.headers['content-type'] ?? '';
    if (answer.code === 503) throw new Error('service unavailable');
    if (answer.code === 200 && /g=apidiscovery\.k8s\.io/.test(type)) {
      const versions = versionsOf(JSON.parse(answer.body.toString()));
      return versions.get(`${entry.group}/${entry.version}`) ?? { version: entry.version };
    }
    const legacy = await servers.get(entry.remote, pathOf(entry), {
      user: plainUser,
      headers: { accept: 'application/json' },
      timeoutMs,
    });
    if (legacy.code !== 200) throw new Error(`failed to download legacy discovery: ${legacy.code}`);
    const resources = resourcesOf(JSON.parse(legacy.body.toString()));
    return { version: entry.version, ...(resources.length === 0 ? {} : { resources }) };
  }

  #set(entry: RemoteEntry, discovery: object): void {
    const { group, version, groupPriority, versionPriority } = entry;
    const before = this.#known.get(entry.name)?.version;
    const next = { group, version, groupPriority, versionPriority, discovery };
    // What is the same stays the same object, and the documents made of it.
    const isSame = JSON.stringify(before) === JSON.stringify(next);
    this.#known.set(entry.name, { entry, version: isSame && before !== undefined ? before : next });
    if (!isSame) this.#changed();
  }

  #changed(): void {
    this.#version++;
    this.#all = undefined;
  }
}

function stale({ version }: RemoteEntry): object {
  return { version, freshness: 'Stale' };
}
