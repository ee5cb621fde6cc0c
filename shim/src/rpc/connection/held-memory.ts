import type { Http2Session, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/**
 * What a connection costs, and what each of its streams does, before anything is sent on them: measured,
 * rounded up.
 */
const connectionBytes = 64 * 1024;
const streamBytes = 16 * 1024;
/** A connection that holds less than this part of the limit is not ended in place of another one. */
const burdenPart = 16;

/**
 * Limits the memory that clients can make this process hold for them: answers that they do not read, messages
 * that they begin and do not finish, streams, connections. etcd bounds none of it. HTTP/2 lets a client hold
 * back answers for as long as it likes (a window of 0), and whatever has been asked for is then kept.
 *
 * As long as everything together is below the limit, no client is ended, however slow. Above it the
 * connection for which most is held is ended; where that is not much, it is the number of connections that
 * reaches the limit, and the one that asked for more is ended. Connections alone may take half of it.
 */
export class HeldMemory {
  readonly limitBytes: number;
  readonly #holders = new Set<Holder>();
  readonly #bySession = new WeakMap<Http2Session, Holder>();
  #bytes = 0;

  /** `limitBytes`: of everything that is held together. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** What is held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what is held for this connection until it closes; `end` must close it. */
  watch(session: ServerHttp2Session, end: () => void): void {
    const holder = this.hold(end);
    if (holder === undefined) return;
    this.#bySession.set(session, holder);
    session.once('close', () => holder.release());
  }

  /**
   * Counts a connection of any kind, and what is added to it, until it is released; `end` must close it.
   * Undefined: there is no room for one more, and `end` was called.
   */
  hold(end: () => void): Holder | undefined {
    if (this.#holders.size * connectionBytes > this.limitBytes / 2) {
      end();
      return undefined;
    }
    const holder = new Holder((change, from) => this.#changed(change, from), end);
    this.#holders.add(holder);
    holder.add(connectionBytes);
    return holder;
  }

  /** Counts what is held for this stream of a connection; to be called before anybody writes to it. */
  watchStream(stream: ServerHttp2Stream): void {
    const holder = stream.session === undefined ? undefined : this.#bySession.get(stream.session);
    if (holder !== undefined) watchStream(stream, holder);
  }

  /** The holder of what is kept for this call of grpc-js, which does not expose the stream behind it. */
  holderOf(call: object): Holder | undefined {
    const { stream } = (call as { call?: { stream?: ServerHttp2Stream } }).call ?? {};
    return stream?.session === undefined ? undefined : this.#bySession.get(stream.session);
  }

  #changed(change: number, from: Holder): void {
    this.#bytes += change;
    if (from.isReleased) this.#holders.delete(from);
    if (change <= 0 || this.#bytes <= this.limitBytes) return;
    let most = from;
    for (const holder of this.#holders) if (holder.bytes > most.bytes) most = holder;
    const victim = most.bytes * burdenPart >= this.limitBytes ? most : from;
    // It counts no more, so that the next one is not ended in its place while it closes.
    victim.release();
    victim.end();
  }
}

/** A connection, and what is held in memory for it. */
export class Holder {
  readonly end: () => void;
  readonly #changed: (change: number, from: Holder) => void;
  #bytes = 0;
  #isReleased = false;

  constructor(changed: (change: number, from: Holder) => void, end: () => void) {
    this.#changed = changed;
    this.end = end;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** So many bytes more, or fewer. */
  add(change: number): void {
    if (this.#isReleased || change === 0) return;
    this.#bytes += change;
    this.#changed(change, this);
  }

  /** It is gone: nothing counts from now on. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#changed(-bytes, this);
  }
}

/** Counts a stream, what of its request is not a whole message yet, and what of its answer has not left. */
function watchStream(stream: ServerHttp2Stream, holder: Holder): void {
  let held = 0;
  let isClosed = false;
  const hold = (change: number): void => {
    if (isClosed) return;
    held += change;
    holder.add(change);
  };
  hold(streamBytes);
  stream.once('close', () => {
    hold(-held);
    isClosed = true;
  });

  const request = new PartialMessage();
  stream.on('data', (chunk: Buffer) => hold(request.take(chunk)));

  // `write` is the only way in which grpc-js sends messages; its callback comes when the last byte has left.
  const write = stream.write.bind(stream) as (chunk: Buffer, sent: (error?: Error | null) => void) => boolean;
  stream.write = (chunk: Buffer, ...rest: unknown[]): boolean => {
    const after = rest.at(-1);
    const size = chunk.length;
    hold(size);
    return write(chunk, (error) => {
      hold(-size);
      if (typeof after === 'function') (after as (error?: Error | null) => void)(error);
    });
  };
}

/**
 * Bytes of the message that is arriving: five bytes of prefix (gRPC over HTTP/2, Length-Prefixed-Message) and
 * a body.
 */
export class PartialMessage {
  readonly #prefix = Buffer.alloc(5);
  #bytes = 0;

  /** How many bytes more, or fewer, wait for their message to be whole. */
  take(chunk: Uint8Array): number {
    const before = this.#bytes;
    for (let at = 0; at < chunk.length;) {
      const isPrefix = this.#bytes < 5;
      const wanted = (isPrefix ? 5 : 5 + this.#prefix.readUInt32BE(1)) - this.#bytes;
      const taken = Math.min(wanted, chunk.length - at);
      if (isPrefix) this.#prefix.set(chunk.subarray(at, at + taken), this.#bytes);
      this.#bytes += taken;
      at += taken;
      if (this.#bytes >= 5 && this.#bytes === 5 + this.#prefix.readUInt32BE(1)) this.#bytes = 0;
    }
    return this.#bytes - before;
  }
}
