import { readFileSync } from 'node:fs';
import { createServer, isIP, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type PeerCertificate,
  type SecureVersion,
  type TlsOptions,
  type TLSSocket,
} from 'node:tls';
import { opensslCiphers } from './cipher-suites.ts';
import { chooseProtocol } from './protocol-split.ts';
import { renewWhenChanged } from './renew-certificate.ts';

/** TLS of the client URLs, as etcd's flags have it; each as PEM text or the name of a file. */
export interface ShimTls {
  /** --cert-file */
  cert?: string | Buffer | undefined;
  certFile?: string | undefined;
  /** --key-file */
  key?: string | Buffer | undefined;
  keyFile?: string | undefined;
  /** --trusted-ca-file: client certificates are demanded, and must come from here. */
  trustedCa?: string | Buffer | undefined;
  trustedCaFile?: string | undefined;
  /** --client-cert-auth */
  clientCertAuth?: boolean | undefined;
  /** --client-crl-file: client certificates that are no longer good. */
  crlFile?: string | undefined;
  /** --client-cert-allowed-hostname: of these the client's certificate must have one. */
  allowedHostnames?: readonly string[] | undefined;
  /** `allowed-cn` of the configuration file: of these one must be the common name. */
  allowedNames?: readonly string[] | undefined;
  /** --cipher-suites, by Go's names. Default: Node's. */
  cipherSuites?: readonly string[] | undefined;
  /** --tls-min-version; default: TLS 1.2. */
  minVersion?: SecureVersion | undefined;
  /** --tls-max-version */
  maxVersion?: SecureVersion | undefined;
  /** How often the files are looked at for renewed certificates. Default: 10 s. */
  renewIntervalMs?: number | undefined;
}

/** A client URL that is listened on. */
export interface Listener {
  /** With the real port when port 0 was asked for. */
  readonly url: string;
  /** No new connections; resolves when those that there are have ended. */
  close(): Promise<void>;
  /** Ends all connections, those that are still in their TLS handshake too. */
  destroy(): void;
}

export interface ListenOptions {
  url: string;
  tls: ShimTls | undefined;
  /** A TLS handshake that takes longer is ended. Default: 10 s. */
  handshakeTimeoutMs?: number | undefined;
  /** --socket-reuse-port */
  reusePort?: boolean | undefined;
  onConnection: (connection: Socket) => void;
  /** A connection that could not be accepted, or a renewed certificate that cannot be used. */
  onError?: (error: Error) => void;
}

/** Node's own is two minutes. */
const handshakeTimeoutMs = 10_000;

/** A client URL that cannot be listened on, and why, in one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Listens on `http://host:port`, `https://host:port` or `unix://path`. Rejects with a ListenError. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { url, tls, onConnection, onError = () => {} } = options;
  const { scheme, host, port, path } = parseClientUrl(url);
  const isSecure = scheme === 'https' || scheme === 'unixs';
  const admit = (connection: TLSSocket): void => {
    if (isAllowed(connection, tls)) onConnection(connection);
    else connection.destroy();
  };
  const secure = isSecure
    ? createTlsServer(
        {
          ...tlsOptions(url, tls),
          ALPNCallback: chooseProtocol,
          handshakeTimeout: options.handshakeTimeoutMs ?? handshakeTimeoutMs,
        },
        admit,
      )
    : undefined;
  const server = secure ?? createServer(onConnection);
  // With TLS these are the sockets below it, which are there before `onConnection` hears of them.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Handshakes that fail concern their client alone.
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(listenFailure(url, error))),
    );
    // As Go does for etcd: `localhost` is 127.0.0.1, whatever the resolver would put first.
    const address = host === 'localhost' ? '127.0.0.1' : host;
    const reusePort = options.reusePort ?? false;
    server.listen(path === undefined ? { host: address, port, reusePort } : { path }, resolve);
  });
  server.on('error', onError);
  const files = secure === undefined ? [] : [tls?.certFile, tls?.keyFile, tls?.trustedCaFile, tls?.crlFile];
  const stopRenewing = renewWhenChanged({
    files: files.filter((file): file is string => file !== undefined && file !== ''),
    intervalMs: tls?.renewIntervalMs ?? 10_000,
    renew: () => secure?.setSecureContext(tlsOptions(url, tls)),
    onError,
  });
  return {
    url: realUrl(server, url),
    close: () => {
      stopRenewing();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
    destroy: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function parseClientUrl(url: string): {
  scheme: string;
  host: string;
  port: number;
  path: string | undefined;
} {
  const match = /^(https?):\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(url);
  if (match !== null) {
    const [, scheme = '', host = '', port = ''] = match;
    return { scheme, host: host.replace(/^\[|\]$/g, ''), port: Number(port), path: undefined };
  }
  const unix = /^(unixs?):\/\/(.+)$/.exec(url);
  if (unix !== null) return { scheme: unix[1] ?? '', host: '', port: 0, path: unix[2] };
  throw new ListenError(
    `client URL ${url} is not of the form http://host:port, https://host:port or unix://path`,
  );
}

function realUrl(server: Server, url: string): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return url;
  return url.replace(/:0\/?$/, `:${address.port}`);
}

function tlsOptions(url: string, tls: ShimTls | undefined): TlsOptions {
  const cert = tls?.cert ?? readPem('certificate', tls?.certFile);
  const key = tls?.key ?? readPem('key', tls?.keyFile);
  if (cert === undefined || key === undefined) {
    throw new ListenError(
      `TLS key/cert (--cert-file, --key-file) must be provided for client url ${url} with HTTPS scheme`,
    );
  }
  const ca = tls?.trustedCa ?? readPem('trusted CA', tls?.trustedCaFile);
  const demandsCertificate = ca !== undefined || (tls?.clientCertAuth ?? false);
  const crl = readPem('certificate revocation list', tls?.crlFile);
  return {
    cert,
    key,
    minVersion: tls?.minVersion ?? 'TLSv1.2',
    ...(tls?.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    requestCert: demandsCertificate,
    rejectUnauthorized: demandsCertificate,
    ...(ca === undefined ? {} : { ca }),
    ...(crl === undefined ? {} : { crl: toPem(crl) }),
    ...(tls?.cipherSuites?.length ? { ciphers: opensslCiphers(tls.cipherSuites) } : {}),
  };
}

/** Revocation lists come as the bytes that PEM encodes, too. */
function toPem(crl: Buffer): Buffer | string {
  if (crl.includes('-----BEGIN')) return crl;
  const lines = crl.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN X509 CRL-----\n${lines}\n-----END X509 CRL-----\n`;
}

/** Whether the client's certificate, if it had to show one, is for one of the names that are allowed. */
function isAllowed(connection: TLSSocket, tls: ShimTls | undefined): boolean {
  const { allowedHostnames = [], allowedNames = [] } = tls ?? {};
  if (allowedHostnames.length === 0 && allowedNames.length === 0) return true;
  const certificate = connection.getPeerX509Certificate();
  if (certificate === undefined) return true;
  const commonName = (connection.getPeerCertificate().subject as PeerCertificate['subject'] | undefined)?.CN;
  if (allowedNames.some((name) => name === commonName)) return true;
  return allowedHostnames.some((name) =>
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: 'never' }) !== undefined
      : certificate.checkIP(name) !== undefined,
  );
}

function readPem(what: string, file: string | undefined): Buffer | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ListenError(`cannot read the ${what} file ${file}: ${(error as Error).message}`);
  }
}

function listenFailure(url: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `cannot listen on ${url}: the address is already in use`;
    case 'EACCES':
      return `cannot listen on ${url}: permission denied`;
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${url}: this machine has no such address`;
    default:
      return `cannot listen on ${url}: ${error.message}`;
  }
}
