import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands between a shim and PostgreSQL, and can cut the line: connections hang, or end, and new ones fail.
 */
export class ConnectionProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      if (this.#isCut) {
        client.destroy();
        return;
      }
      const target = connect(targetPort, '127.0.0.1');
      for (const [socket, other] of [
        [client, target],
        [target, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  static async start(targetPort: number): Promise<ConnectionProxy> {
    const proxy = new ConnectionProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `silent`: what is connected stays so, but nothing passes any more. Otherwise connections end. */
  cut(silent: boolean): void {
    this.#isCut = true;
    for (const socket of this.#sockets) {
      if (silent) socket.unpipe();
      else socket.destroy();
    }
  }

  /** New connections work again; those that were cut end. */
  mend(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut(false);
    this.#server.close();
    await once(this.#server, 'close');
  }
}
