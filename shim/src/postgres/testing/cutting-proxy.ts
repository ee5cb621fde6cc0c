import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * How a connection is lost: before the server has seen the statement; after it has carried it out, with the
 * answer on its way; or with the statement still on its way, to arrive when nobody expects it any more.
 */
export type Cut = 'request' | 'answer' | 'late';

/** Stands between a shim and PostgreSQL, and cuts connections at the worst moments. */
export class CuttingProxy {
  /** Statements that were held back by a `late` cut, to be delivered. */
  readonly late: { deliver(): Promise<void> }[] = [];
  /** Cuts made so far. */
  cuts = 0;
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #planned = new Map<string, Cut>();
  #refusing = false;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(databaseUrl: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(databaseUrl));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where to connect to instead of the database. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Cuts the connection of this role (see `ConnectionOptions.role`) at its next statement. */
  cutNext(role: string, cut: Cut): void {
    this.#planned.set(role, cut);
  }

  /** While true, the database cannot be reached at all. */
  set refusing(refusing: boolean) {
    this.#refusing = refusing;
    if (refusing) for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.#target.port), this.#target.hostname);
    let role: string | undefined;
    let cut: Cut | undefined;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (data) => {
      role ??= /pg8s-shim (\w+)/.exec(data.toString('latin1'))?.[1];
      if (role !== undefined && cut === undefined && this.#planned.has(role)) {
        cut = this.#planned.get(role);
        this.#planned.delete(role);
        this.cuts++;
        if (cut === 'request') server.destroy();
        if (cut === 'late') this.late.push({ deliver: () => deliver(server, data) });
        if (cut !== 'answer') {
          client.destroy();
          return;
        }
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (cut === 'answer') client.destroy();
      else client.write(data);
    });
    client.on('close', () => {
      if (cut !== 'late') server.destroy();
    });
    server.on('close', () => client.destroy());
  }
}

/** Lets the server have a statement whose sender is long gone, and waits until it has answered. */
async function deliver(server: Socket, data: Buffer): Promise<void> {
  const answered = once(server, 'data');
  server.write(data);
  await answered;
  server.destroy();
}
