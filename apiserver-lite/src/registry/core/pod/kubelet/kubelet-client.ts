import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { StatusError } from '../../../../api-errors/status-error.ts';
import { networkFailure } from '../../../../outgoing/network-failure.ts';

/** How kube-apiserver calls kubelets (`--kubelet-*`). */
export interface KubeletClientOptions {
  /** PEM, `--kubelet-client-certificate` and `--kubelet-client-key`. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** PEM, `--kubelet-certificate-authority`; without it certificates of kubelets are not checked. */
  ca?: string | Buffer;
  /** `--kubelet-preferred-address-types`. */
  preferredAddressTypes?: readonly string[];
  /** `--kubelet-timeout`: until the connection stands. Default 5 s. */
  timeoutMs?: number;
}

/** A Node, as far as it tells where its kubelet is. */
export interface NodeWithEndpoint {
  status?: {
    addresses?: { type: string; address: string }[];
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
  };
}

/** Calls kubelets. */
export interface KubeletClient {
  /**
   * The URL of `path` (with its query) at a node's kubelet. @throws StatusError where the Node names no
   * address.
   */
  urlOf(node: NodeWithEndpoint, path: string): URL;
  /** GET; answers when the head of the answer is there. @throws StatusError 500 where nobody answers. */
  get(url: URL, options: { signal: AbortSignal; skipTlsVerify: boolean }): Promise<IncomingMessage>;
}

const defaultPort = 10250;
const defaultAddressTypes = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'];

/** Connections are kept, and opened again by the next call. */
export function createKubeletClient(options: KubeletClientOptions): KubeletClient {
  const { preferredAddressTypes = defaultAddressTypes, timeoutMs = 5_000, ca } = options;
  const agentOf = (isChecked: boolean): https.Agent =>
    new https.Agent({
      keepAlive: true,
      maxSockets: 256,
      rejectUnauthorized: isChecked,
      ...(options.cert === undefined ? {} : { cert: options.cert }),
      ...(options.key === undefined ? {} : { key: options.key }),
      ...(ca === undefined ? {} : { ca }),
    });
  const checking = agentOf(ca !== undefined);
  const trusting = agentOf(false);
  return {
    urlOf({ status }, path) {
      const addresses = status?.addresses ?? [];
      const found = preferredAddressTypes
        .map((wanted) => addresses.find(({ type, address }) => type === wanted && address !== ''))
        .find((one) => one !== undefined);
      if (found === undefined) {
        const known = addresses.map(({ type, address }) => `{${type} ${address}}`).join(' ');
        throw new StatusError(500, undefined, `no preferred addresses found; known addresses: [${known}]`);
      }
      const port = status?.daemonEndpoints?.kubeletEndpoint?.Port || defaultPort;
      const host = isIP(found.address) === 6 ? `[${found.address}]` : found.address;
      return new URL(`https://${host}:${port}${path}`);
    },
    get(url, { signal, skipTlsVerify }) {
      return new Promise((resolve, reject) => {
        const request = https.get(url, { agent: skipTlsVerify ? trusting : checking, signal });
        const refuse = (cause: string): void =>
          reject(new StatusError(500, undefined, `Get "${url.href}": ${cause}`));
        const timer = setTimeout(
          () => request.destroy(new Error(`dial tcp ${url.host}: i/o timeout`)),
          timeoutMs,
        );
        request.once('socket', (socket) => {
          if (socket.connecting) socket.once('secureConnect', () => clearTimeout(timer));
          else clearTimeout(timer);
        });
        request.once('response', (response) => {
          clearTimeout(timer);
          resolve(response);
        });
        request.on('error', (error) => {
          clearTimeout(timer);
          const address = { host: url.hostname, port: Number(url.port) };
          refuse(networkFailure(error, address));
        });
      });
    },
  };
}
