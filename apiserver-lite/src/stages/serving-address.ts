import { networkInterfaces } from 'node:os';
import type { ApiserverOptions } from '../apiserver-options.ts';

/** Where a server listens. */
export interface ListeningOn {
  bindAddress: string;
  port: number;
  /** `https://127.0.0.1:6443` */
  url: string;
}

/**
 * The address that the server names in discovery documents and writes into endpoints; known when it listens.
 */
export class ServingAddress {
  readonly #options: Pick<ApiserverOptions, 'advertiseAddress' | 'externalHostname'>;
  #listening: ListeningOn = { bindAddress: '127.0.0.1', port: 6443, url: 'https://127.0.0.1:6443' };

  constructor(options: Pick<ApiserverOptions, 'advertiseAddress' | 'externalHostname'>) {
    this.#options = options;
  }

  /** To be called when the port is open. Until then the address is the default one. */
  listensOn(listening: ListeningOn): void {
    this.#listening = listening;
  }

  get port(): number {
    return this.#listening.port;
  }

  /** `host:port`, as `/api` names it. */
  get authority(): string {
    const { externalHostname } = this.#options;
    return externalHostname === undefined
      ? new URL(this.#listening.url).host
      : `${externalHostname}:${this.port}`;
  }

  /** The IP address for the endpoints of the `kubernetes` Service. */
  get advertised(): string {
    return this.#options.advertiseAddress ?? reachableAddress(this.#listening.bindAddress);
  }
}

/** An address of this machine that others can reach, where the server listens on all addresses. */
function reachableAddress(bindAddress: string): string {
  if (bindAddress !== '0.0.0.0' && bindAddress !== '::') return bindAddress;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
