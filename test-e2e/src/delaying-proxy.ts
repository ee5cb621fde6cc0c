import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DelayingProxyOptions {
  /** How long every byte is under way, in each direction. */
  delayMs: number;
  /** At most so many bytes a second go to the client. Default: as many as come. */
  bytesPerSecond?: number;
}

/** A line to a server that takes its time: bytes arrive in order, late. */
export class DelayingProxy {
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();

  /** Resolves when it listens; `target` is an `http://` URL. */
  static async start(target: string, options: DelayingProxyOptions): Promise<DelayingProxy> {
    const proxy = new DelayingProxy();
    const { hostname, port } = new URL(target);
    proxy.#server.on('connection', (client) => {
      const server = connect(Number(port), hostname);
      proxy.#join(client, server, { delayMs: options.delayMs });
      proxy.#join(server, client, options);
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(from: Socket, to: Socket, { delayMs, bytesPerSecond = Infinity }: DelayingProxyOptions): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    /** When the last of the bytes so far have passed. */
    let free = 0;
    /** What is under way, oldest first. */
    const under: { bytes: Buffer; arrivesAt: number }[] = [];
    const arrive = (): void => {
      for (let next = under[0]; next !== undefined; next = under[0]) {
        const waitMs = next.arrivesAt - performance.now();
        if (waitMs > 0) {
          setTimeout(arrive, waitMs);
          return;
        }
        under.shift();
        if (!to.destroyed) to.write(next.bytes);
      }
      from.resume();
      if (from.closed) to.end();
    };
    from.on('data', (bytes) => {
      free = Math.max(free, performance.now()) + (bytes.length / bytesPerSecond) * 1000;
      under.push({ bytes, arrivesAt: free + delayMs });
      if (under.length === 1) setTimeout(arrive, delayMs);
      // A line holds what is under way, and little more.
      if (free - performance.now() > 50) from.pause();
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (under.length === 0) to.end();
    });
  }
}
