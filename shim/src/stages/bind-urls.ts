import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { Connections } from '../gateway/listener/connections.ts';
import { type Listener, listen } from '../gateway/listener/listen.ts';
import { splitProtocols } from '../gateway/listener/protocol-split.ts';
import type { ListenUrls, ShimOptions } from '../shim-options.ts';
import type { ProtocolServers } from './protocol-servers.ts';

/** What is listened on, with the real ports. */
export interface ListenedUrls {
  readonly clientUrls: string[];
  /** Of `listenClientHttpUrls`. */
  readonly clientHttpUrls: string[];
  /** Of `listenMetricsUrls`. */
  readonly metricsUrls: string[];
}

/** The stage of the open ports. Connections wait until `serve` is called. */
export interface BoundUrls {
  readonly urls: ListenedUrls;
  /** Hands connections to these servers, those that wait first. */
  serve(servers: ProtocolServers): void;
  /** No new connections; resolves when those that there are have ended. */
  stop(): Promise<void>;
  /** Ends all connections. */
  disconnect(): void;
}

/** Opens the ports. Rejects with a ListenError, and nothing is listened on then. */
export async function bindUrls(
  { listenClientUrls, listenClientHttpUrls = [], listenMetricsUrls = [] }: ListenUrls,
  { tls, reusePort }: Pick<ShimOptions, 'tls' | 'reusePort'>,
  log: Logger,
): Promise<BoundUrls> {
  const onError = (error: Error): void => log.warn({ err: error }, 'a listener goes on after an error');
  const clients = new Connections();
  const httpClients = new Connections();
  const scrapers = new Connections();
  const all: Listener[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(all.map((listener) => listener.close())));
  const disconnect = (): void => all.forEach((listener) => listener.destroy());
  const listenOn = async (
    urls: readonly string[],
    connections: Connections,
    urlTls = tls,
  ): Promise<string[]> => {
    const real: string[] = [];
    for (const url of urls) {
      const listener = await listen({
        url,
        tls: urlTls,
        reusePort,
        onConnection: connections.accept,
        onError,
      });
      all.push(listener);
      real.push(listener.url);
    }
    return real;
  };
  const serverTls = { ...tls, trustedCa: undefined, trustedCaFile: undefined, clientCertAuth: false };
  try {
    const urls = {
      clientUrls: await listenOn(listenClientUrls, clients),
      clientHttpUrls: await listenOn(listenClientHttpUrls, httpClients),
      metricsUrls: await listenOn(listenMetricsUrls, scrapers, serverTls),
    };
    return {
      urls,
      serve({ grpc, http, metricsHttp }) {
        // With URLs of their own for HTTP, the others are gRPC's alone.
        const refuse = (socket: Socket): void => void socket.destroy();
        const http1 = urls.clientHttpUrls.length > 0 ? refuse : http.serve;
        clients.serve((connection) => splitProtocols(connection, { http1, http2: grpc.inject }));
        httpClients.serve((connection) => splitProtocols(connection, { http1: http.serve, http2: refuse }));
        scrapers.serve(metricsHttp.serve);
      },
      stop,
      disconnect,
    };
  } catch (error) {
    const stopped = stop();
    disconnect();
    await stopped;
    throw error;
  }
}
