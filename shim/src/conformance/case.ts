import assert from 'node:assert/strict';
import type { EtcdClient, WatchStream } from '../client/etcd-client.ts';
import { EtcdError, type GrpcCode } from '../etcdserverpb/etcd-error.ts';
import type { MaintenanceClient } from '../client/maintenance-client.ts';
import type {
  KeyValue,
  PutResponse,
  RangeRequest,
  RangeResponse,
  WatchResponse,
} from '../etcdserverpb/types.ts';

/** A server that the cases run against. */
export interface Target {
  readonly name: string;
  readonly client: EtcdClient;
  /** `3.4`, `3.6` */
  readonly version: string;
  /** Its upkeep, where that is not to go by `url`. */
  readonly maintenance?: () => MaintenanceClient;
  /** Where it listens in plain text; absent when it is called in process. */
  readonly url?: string;
}

/** One thing that an etcd server does, as assertions that hold for every server that is one. */
export interface ConformanceCase {
  readonly name: string;
  /** Versions of stock etcd that do it otherwise, each with the reason. */
  readonly differsIn?: Readonly<Record<string, string>>;
  /** Why a server that is called in process does it otherwise. */
  readonly differsInProcess?: string;
  run(world: CaseWorld): Promise<void>;
}

let caseCount = 0;

/** What a case works with: a client, and keys that are its own. */
export class CaseWorld {
  readonly client: EtcdClient;
  readonly prefix: string;
  readonly #streams: WatchReader[] = [];

  constructor(client: EtcdClient) {
    this.client = client;
    this.prefix = `case-${process.pid}-${++caseCount}/`;
  }

  key(suffix: string): Uint8Array {
    return Buffer.from(this.prefix + suffix);
  }

  /** Behind all keys of this case. */
  get end(): Uint8Array {
    return Buffer.from(this.prefix.replace(/\/$/, '0'));
  }

  put(suffix: string, value = 'v', lease = 0n): Promise<PutResponse> {
    return this.client.put({ key: this.key(suffix), value: Buffer.from(value), lease });
  }

  get(suffix: string, options: Partial<RangeRequest> = {}): Promise<RangeResponse> {
    return this.client.range({ key: this.key(suffix), ...options });
  }

  /** All keys of this case. */
  list(options: Partial<RangeRequest> = {}): Promise<RangeResponse> {
    return this.client.range({ key: this.key(''), rangeEnd: this.end, ...options });
  }

  /** The keys of a response without this case's prefix. */
  names(kvs: readonly KeyValue[]): string[] {
    return kvs.map(({ key }) => text(key).slice(this.prefix.length));
  }

  watch(): WatchReader {
    const reader = new WatchReader(this.client.watch());
    this.#streams.push(reader);
    return reader;
  }

  /** Expects an EtcdError with this code and exactly this message. */
  async refuses(call: Promise<unknown>, code: GrpcCode, message: string): Promise<void> {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof EtcdError, String(error));
      assert.deepEqual([error.code, error.message], [code, message]);
      return true;
    });
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }
}

/** Bytes as text. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** Reads one watch stream, response by response. */
export class WatchReader {
  readonly stream: WatchStream;
  readonly #responses: AsyncIterator<WatchResponse>;

  constructor(stream: WatchStream) {
    this.stream = stream;
    this.#responses = stream[Symbol.asyncIterator]();
  }

  /** Fails when nothing comes for five seconds. */
  async next(): Promise<WatchResponse> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no watch response came for 5 s')), 5000);
    });
    try {
      const { value, done } = await Promise.race([this.#responses.next(), late]);
      if (done) throw new Error('the watch stream ended');
      return value as WatchResponse;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next `count` events, whatever responses they come in, as `PUT key=value@revision`. */
  async events(count: number): Promise<string[]> {
    const seen: string[] = [];
    while (seen.length < count) {
      const { events, header } = await this.next();
      for (const { type, kv } of events) {
        assert.ok(header.revision >= kv.modRevision);
        seen.push(type === 'PUT' ? `PUT ${text(kv.key)}=${text(kv.value)}` : `DELETE ${text(kv.key)}`);
      }
    }
    return seen;
  }

  close(): void {
    this.stream.close();
  }
}
