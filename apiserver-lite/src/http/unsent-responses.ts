/** Something that responses are sent on: a socket, or a session of HTTP/2. */
export type Connection = object;

/** What the metrics have of a response that is being sent. */
export interface Outgoing {
  once(event: 'close' | 'finish', listener: () => void): unknown;
  destroy(): unknown;
}

/** What may be unsent, and for how long. */
export interface UnsentLimits {
  /** A connection with so much unsent gets no further large response for now. Default 8 MiB. */
  connectionBytes?: number;
  /** The same for all connections together. Default 256 MiB. */
  totalBytes?: number;
  /** How long a client may take for a response, however small. Default 60 s. */
  patienceMs?: number;
  /** And how many bytes a second it has to take at least. Default 16 KiB. */
  bytesPerSecond?: number;
}

/** What is unsent of all servers that share one limit, and who waits for it to become less. */
export class UnsentTotal {
  bytes = 0;
  readonly waiting = new Set<() => void>();
}

/** So many answers are made for one connection at a time. */
const maxMaking = 4;

/** Smaller ones are not worth counting, only cutting off. */
const smallBytes = 16 * 1024;

/**
 * Bounds what clients that do not read cost: a response that they have asked for stands in memory until they
 * take it, and one connection of HTTP/2 may ask for hundreds at once. A client with much unsent waits for the
 * next one before it is encoded; a response that is not taken in time is cut off.
 */
export class UnsentResponses {
  readonly #limits: Required<UnsentLimits>;
  readonly #bytes = new Map<Connection, number>();
  /** How many answers are being made, whose size nobody knows yet. */
  readonly #making = new Map<Connection, number>();
  readonly #made = new WeakMap<Outgoing, () => void>();
  readonly #total: UnsentTotal;

  /** `total`: shared with other servers; default: a count of its own. */
  constructor(limits: UnsentLimits = {}, total = new UnsentTotal()) {
    this.#total = total;
    this.#limits = {
      connectionBytes: 8 * 1024 * 1024,
      totalBytes: 256 * 1024 * 1024,
      patienceMs: 60_000,
      bytesPerSecond: 16 * 1024,
      ...limits,
    };
  }

  /** Unsent now, of all connections of all servers that share the count. */
  get total(): number {
    return this.#total.bytes;
  }

  /** Resolves when the response may be made. Rejects with the signal's reason. */
  async room(connection: Connection, response: Outgoing, signal: () => AbortSignal): Promise<void> {
    while (!this.#hasRoom(connection)) await this.#change(signal());
    this.#making.set(connection, (this.#making.get(connection) ?? 0) + 1);
    let isMade = false;
    const made = (): void => {
      if (isMade) return;
      isMade = true;
      const others = (this.#making.get(connection) ?? 1) - 1;
      if (others > 0) this.#making.set(connection, others);
      else this.#making.delete(connection);
      this.#wake();
    };
    this.#made.set(response, made);
    response.once('close', made);
  }

  #wake(): void {
    for (const wake of this.#total.waiting) wake();
  }

  /** A response of so many bytes was handed on to be sent. */
  track(connection: Connection, response: Outgoing, bytes: number): void {
    const { patienceMs, bytesPerSecond } = this.#limits;
    const counted = bytes < smallBytes ? 0 : bytes;
    this.#add(connection, counted);
    this.#made.get(response)?.();
    const timer = setTimeout(() => response.destroy(), Math.max(patienceMs, (bytes / bytesPerSecond) * 1000));
    timer.unref();
    let isSent = false;
    const sent = (): void => {
      if (isSent) return;
      isSent = true;
      clearTimeout(timer);
      this.#add(connection, -counted);
      if (counted > 0) this.#wake();
    };
    response.once('finish', sent);
    response.once('close', sent);
  }

  #hasRoom(connection: Connection): boolean {
    const own = this.#bytes.get(connection) ?? 0;
    return (
      own < this.#limits.connectionBytes &&
      this.#total.bytes < this.#limits.totalBytes &&
      (this.#making.get(connection) ?? 0) < maxMaking
    );
  }

  #add(connection: Connection, bytes: number): void {
    if (bytes === 0) return;
    this.#total.bytes += bytes;
    const own = (this.#bytes.get(connection) ?? 0) + bytes;
    if (own > 0) this.#bytes.set(connection, own);
    else this.#bytes.delete(connection);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#total.waiting.delete(wake);
        signal.removeEventListener('abort', abort);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const abort = (): void => {
        end();
        reject(signal.reason as Error);
      };
      this.#total.waiting.add(wake);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }
}
