import type { EtcdClient, WatchStream } from '../client/etcd-client.ts';
import type { Event, WatchCreateRequest, WatchResponse } from '../etcdserverpb/types.ts';
import { plain } from '../mvcc/testing/plain.ts';
import { until } from '../mvcc/testing/until.ts';

/** Everything that one watch received. */
export interface WatchLog {
  readonly request: WatchCreateRequest;
  readonly events: Event[];
  /** How it ended, if it did. */
  end?: { compactRevision: number; reason: string };
}

/** One watch stream and what its watches received, checked for what holds on every server. */
export class LoggedStream {
  /** Every watch that was created, in order. */
  readonly logs: WatchLog[] = [];
  /** Those that are open, by id. */
  readonly open = new Map<number, WatchLog>();
  readonly #stream: WatchStream;
  readonly #answers: WatchResponse[] = [];
  #progress = 0;
  /** Said by the reader of the stream: a broken promise, or the stream's end. */
  #failure: Error | undefined;

  constructor(client: EtcdClient) {
    this.#stream = client.watch();
    this.#read().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** What the server says to a new watch, without what differs between servers. */
  async create(request: WatchCreateRequest): Promise<unknown> {
    this.#stream.send({ createRequest: request });
    const { header, watchId, created, canceled, cancelReason } = await this.#answer('a watch to be created');
    if (!canceled) {
      const log: WatchLog = { request, events: [] };
      this.logs.push(log);
      this.open.set(watchId, log);
    }
    return { revision: header.revision, watchId, created, canceled, cancelReason };
  }

  /** Ends a watch; what the server said before is in its log. */
  async cancel(watchId: number): Promise<void> {
    if (!this.open.has(watchId)) return;
    this.#stream.send({ cancelRequest: { watchId } });
    await this.#wait('a watch to be canceled', () => !this.open.has(watchId));
  }

  /** Waits until the server says that all watches of the stream have seen everything. */
  async synced(): Promise<void> {
    // Without a watch there is no progress, and no answer; the last one may end while the question is on its
    // way.
    if (this.open.size === 0) return;
    const before = this.#progress;
    this.#stream.send({ progressRequest: {} });
    await this.#wait('progress', () => this.#progress > before || this.open.size === 0);
  }

  /** Throws what went wrong on the stream. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#failure ??= new Error('closed');
    this.#stream.close();
  }

  async #answer(what: string): Promise<WatchResponse> {
    await this.#wait(what, () => this.#answers.length > 0);
    return this.#answers.shift() as WatchResponse;
  }

  async #wait(what: string, condition: () => boolean): Promise<void> {
    await until(what, () => this.#failure !== undefined || condition());
    this.check();
  }

  async #read(): Promise<void> {
    for await (const response of this.#stream) {
      if (response.created) {
        this.#answers.push(response);
        // The events that follow must find their log: nothing else is read before the creation was noticed.
        await until('the creation to be noticed', () => !this.#answers.includes(response));
        continue;
      }
      if (response.watchId === -1 && !response.canceled) {
        this.#progress++;
        continue;
      }
      this.#take(response);
    }
  }

  #take(response: WatchResponse): void {
    const log = this.open.get(response.watchId);
    if (log === undefined)
      throw new Error(`a response for no watch: ${JSON.stringify(plain(response), textOfBigint)}`);
    for (const event of response.events) {
      const last = log.events.at(-1)?.kv.modRevision ?? 0;
      if (event.kv.modRevision < last)
        throw new Error(`an event of revision ${event.kv.modRevision} after ${last}`);
      if (event.kv.modRevision > response.header.revision)
        throw new Error('an event newer than its response');
      log.events.push(event);
    }
    if (!response.canceled) return;
    log.end = { compactRevision: response.compactRevision, reason: response.cancelReason };
    this.open.delete(response.watchId);
  }
}

/** For JSON.stringify. */
export function textOfBigint(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
