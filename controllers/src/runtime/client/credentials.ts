import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { TlsOptions } from './http-transport.ts';

/** Tokens from files and plugins rotate; they are read again after so long. */
const maxAgeMs = 60_000;

const tlsFields = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'rejectUnauthorized'] as const;

/** The headers and TLS material of a kubeconfig's current user. */
export class Credentials {
  readonly #kubeConfig: KubeConfig;
  #known: { headers: Record<string, string>; readAtMs: number } | undefined;

  constructor(kubeConfig: KubeConfig) {
    this.#kubeConfig = kubeConfig;
  }

  /** Reads everything. Certificates are used for connections that are opened from now on. */
  async read(): Promise<TlsOptions> {
    const options: RequestOptions = {};
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    this.#known = { headers, readAtMs: performance.now() };
    const tlsOptions: TlsOptions = {};
    for (const field of tlsFields)
      if (options[field] !== undefined) Object.assign(tlsOptions, { [field]: options[field] });
    return tlsOptions;
  }

  /** The headers of a request. */
  async headers(): Promise<Readonly<Record<string, string>>> {
    if (!this.#known || performance.now() - this.#known.readAtMs > maxAgeMs) await this.read();
    return this.#known?.headers ?? {};
  }

  /** The server refused them: they are read again for the next request. */
  discard(): void {
    this.#known = undefined;
  }
}
