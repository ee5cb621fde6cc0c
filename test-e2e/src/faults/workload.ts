import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { EtcdError } from '@pg8s/shim/etcdserverpb/etcd-error';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, Operation } from './history.ts';

const prefix = 'faults/';
const range = { key: Buffer.from(prefix), rangeEnd: Buffer.from('faults0') };
const keys = ['a', 'b', 'c', 'd', 'e'];
const callTimeoutMs = 4000;
/**
 * A client whose request was refused for now repeats it after this long; also the pace of one that was not.
 */
const pauseMs = 8;

/** Concurrent clients and watchers of several servers, and all answers that they had. */
export class Workload {
  readonly operations: Operation[] = [];
  /** What went wrong on a watch. */
  readonly faults: string[] = [];
  /** Refusals and failures, counted by their text. */
  readonly failures = new Map<string, number>();
  readonly #clients: EtcdClient[];
  readonly #random: () => number;
  readonly #ending = new AbortController();
  readonly #watched: Change[][] = [];
  readonly #working: Promise<unknown>[] = [];
  #nextValue = 0;

  constructor(urls: readonly string[], random: () => number) {
    this.#clients = urls.map((url) => createGrpcClient({ endpoints: [url] }));
    this.#random = random;
  }

  start(counts: { clients: number; watchers: number }): void {
    for (let i = 0; i < counts.clients; i++) this.#working.push(this.#work());
    for (let i = 0; i < counts.watchers; i++) {
      const changes: Change[] = [];
      this.#watched.push(changes);
      this.#working.push(this.#watch(i, changes));
    }
  }

  /** Lets clients finish what they do, lets watchers see the end, and returns the whole history. */
  async finish(): Promise<{ changes: Change[]; watched: readonly Change[][] }> {
    this.#ending.abort();
    await Promise.all(this.#working);
    const [first] = this.#clients;
    const { header } = await insist(() => (first as EtcdClient).range(range));
    const changes: Change[] = [];
    const newest = header.revision;
    await insist(() => this.#follow(first as EtcdClient, changes, newest));
    for (const [i, mine] of this.#watched.entries()) {
      const client = this.#clients[i % this.#clients.length] as EtcdClient;
      await insist(() => this.#follow(client, mine, newest));
    }
    return { changes, watched: this.#watched };
  }

  close(): void {
    this.#ending.abort();
    for (const client of this.#clients) client.close();
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }

  async #work(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#operation(this.#pick(this.#clients));
      await sleep(pauseMs * 2 * this.#random());
    }
  }

  async #operation(client: EtcdClient): Promise<void> {
    const dice = this.#random();
    if (dice < 0.4) {
      await this.#read(client);
      return;
    }
    const value = `${++this.#nextValue}`;
    if (dice < 0.7) return this.#write(client, new Map([[this.#pick(keys), value]]));
    if (dice < 0.8) {
      const first = this.#pick(keys);
      const second = this.#pick(keys.filter((key) => key !== first));
      const pair: [string, string][] = [
        [first, value],
        [second, value],
      ];
      return this.#write(client, new Map(pair));
    }
    const values = await this.#read(client);
    const key = this.#pick(keys);
    if (values !== undefined)
      await this.#write(client, new Map([[key, value]]), { key, value: values.get(key) });
  }

  async #read(client: EtcdClient): Promise<ReadonlyMap<string, string> | undefined> {
    const calledAt = performance.now();
    try {
      const { header, kvs } = await client.range(range, { timeoutMs: callTimeoutMs });
      const values = new Map(kvs.map(({ key, value }) => [name(key), text(value)]));
      this.#record({
        kind: 'read',
        calledAt,
        returnedAt: performance.now(),
        revision: header.revision,
        values,
      });
      return values;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  async #write(
    client: EtcdClient,
    writes: ReadonlyMap<string, string>,
    expected?: { key: string; value: string | undefined },
  ): Promise<void> {
    const calledAt = performance.now();
    const operation = {
      kind: 'write',
      calledAt,
      writes,
      ...(expected === undefined ? {} : { expected }),
    } as const;
    const success = [...writes].map(([key, value]) => ({
      requestPut: { key: Buffer.from(prefix + key), value: Buffer.from(value) },
    }));
    const failure = [{ requestRange: range }];
    const compare = expected === undefined ? [] : [compareTo(expected)];
    try {
      const answer = await client.txn({ compare, success, failure }, { timeoutMs: callTimeoutMs });
      const returnedAt = performance.now();
      const { revision } = answer.header;
      if (answer.succeeded) {
        this.#record({ ...operation, returnedAt, revision });
        return;
      }
      const [other] = answer.responses;
      if (other === undefined || !('responseRange' in other)) throw new Error('an answer without its range');
      const values = new Map(other.responseRange.kvs.map(({ key, value }) => [name(key), text(value)]));
      this.#record({ kind: 'read', calledAt, returnedAt, revision, values });
    } catch (error) {
      this.#failed(error);
      this.#record({ ...operation, returnedAt: Infinity });
    }
  }

  /** Follows until the end of the workload, over all that breaks. */
  async #watch(number: number, changes: Change[]): Promise<void> {
    for (let turn = number; !this.#ending.signal.aborted; turn++) {
      const client = this.#clients[turn % this.#clients.length] as EtcdClient;
      await this.#follow(client, changes, Infinity).catch((error: unknown) => this.#failed(error));
      await sleep(50);
    }
  }

  /** Adds what a watch tells to what is there, up to a revision or until the workload ends. */
  async #follow(client: EtcdClient, changes: Change[], upTo: number): Promise<void> {
    const stream = client.watch();
    const end = (): void => stream.close();
    if (upTo === Infinity) this.#ending.signal.addEventListener('abort', end);
    // A stream that is not served hangs: a paused server may be another's watch for only so long.
    const timer = upTo === Infinity ? setInterval(() => this.#random() < 0.2 && end(), 1000) : undefined;
    try {
      const startRevision = (changes.at(-1)?.revision ?? 1) + 1;
      if (startRevision > upTo) return;
      stream.send({ createRequest: { ...range, startRevision } });
      for await (const response of stream) {
        if (response.canceled) throw new Error(`a watch was canceled: ${response.cancelReason}`);
        const first = response.events[0]?.kv.modRevision;
        const last = changes.at(-1)?.revision ?? 0;
        if (first !== undefined && first <= last)
          this.faults.push(`revision ${first} was watched after ${last}`);
        for (const { kv } of response.events)
          changes.push({ revision: kv.modRevision, key: name(kv.key), value: text(kv.value) });
        if ((changes.at(-1)?.revision ?? 0) >= upTo) return;
      }
    } finally {
      clearInterval(timer);
      this.#ending.signal.removeEventListener('abort', end);
      stream.close();
    }
  }

  #record(operation: Operation): void {
    this.operations.push(operation);
  }

  #failed(error: unknown): void {
    const said = error instanceof EtcdError ? `${error.code} ${error.message}` : String(error);
    this.failures.set(said, (this.failures.get(said) ?? 0) + 1);
  }
}

/** A client that could not connect for a while takes a moment to try again. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 50) throw error;
      await sleep(200);
    }
  }
}

function compareTo({ key, value }: { key: string; value: string | undefined }) {
  const where = { key: Buffer.from(prefix + key), result: 'EQUAL' as const };
  return value === undefined
    ? { ...where, target: 'VERSION' as const, version: 0 }
    : { ...where, target: 'VALUE' as const, value: Buffer.from(value) };
}

function name(key: Uint8Array): string {
  return text(key).slice(prefix.length);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
