import type { EtcdClient } from '@pg8s/shim/client/etcd-client';

/** First patch release of a minor version whose progress never overtakes events (etcd: issue 15220). */
const firstReliablePatch: Readonly<Record<string, number>> = { '3.4': 31, '3.5': 13 };

function isReliable(version: string): boolean {
  const [, major = '0', minor = '0', patch = '0'] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const first = firstReliablePatch[`${major}.${minor}`];
  if (first !== undefined) return Number(patch) >= first;
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) > 5);
}

/**
 * Whether the server's answers to progress requests can be trusted (Kubernetes: `storage/feature`,
 * `RequestWatchProgress`). Older etcds report revisions whose events they have not sent: a cache that
 * believed them would lose changes, so with those every consistent list is read from etcd.
 */
export class ProgressSupport {
  readonly #client: EtcdClient;
  #answer: boolean | undefined;
  #asking: Promise<boolean> | undefined;

  constructor(client: EtcdClient) {
    this.#client = client;
  }

  /** The answer, if the server has given one; else false. */
  get isKnownReliable(): boolean {
    return this.#answer === true;
  }

  /**
   * Asks the server for its version, once. A server that does not answer is asked again by the next caller.
   */
  check(): Promise<boolean> {
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    try {
      const { version } = await this.#client.status({ timeoutMs: 5000 });
      this.#answer = isReliable(version);
      return this.#answer;
    } catch {
      this.#asking = undefined;
      return false;
    }
  }
}
