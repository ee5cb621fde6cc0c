import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { RequestContext } from '../http/request-context.ts';
import { responseOf } from '../http/server-request.ts';
import { acceptsGzip, gzipThresholdBytes, sendBody } from '../http/respond.ts';

const gzipAsync = promisify(gzip);

interface Made {
  body: Buffer;
  compressed: Promise<Buffer> | undefined;
  etag: string;
}

/**
 * A large document that is made when somebody first asks, and then kept in both its forms, plain and
 * compressed.
 */
export class LazyDocument {
  readonly #make: () => Promise<Uint8Array>;
  readonly #contentType: string;
  #made: Promise<Made> | undefined;

  constructor(contentType: string, make: () => Promise<Uint8Array>) {
    this.#contentType = contentType;
    this.#make = make;
  }

  /** Answers with the document, or with 304 where the client has it. */
  async send(context: RequestContext, lastModified: string): Promise<void> {
    this.#made ??= this.#build();
    const made = await this.#made;
    const response = responseOf(context);
    response.setHeader('ETag', made.etag);
    response.setHeader('Last-Modified', lastModified);
    response.setHeader('Vary', 'Accept-Encoding, Accept');
    if (context.request.headers['if-none-match'] === made.etag) {
      response.statusCode = 304;
      response.end();
      return;
    }
    if (made.body.byteLength <= gzipThresholdBytes || !acceptsGzip(context)) {
      await sendBody(context, { code: 200, contentType: this.#contentType, body: made.body });
      return;
    }
    made.compressed ??= gzipAsync(made.body, { level: constants.Z_BEST_SPEED });
    const compressed = await made.compressed;
    if (response.headersSent) return;
    response.statusCode = 200;
    response.setHeader('Content-Type', this.#contentType);
    response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Content-Length', compressed.byteLength);
    context.sending(compressed.byteLength);
    if (context.request.method === 'HEAD') response.end();
    else response.end(compressed);
  }

  async #build(): Promise<Made> {
    try {
      const body = Buffer.from(await this.#make());
      return {
        body,
        compressed: undefined,
        etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`,
      };
    } catch (error) {
      // The next request tries again.
      this.#made = undefined;
      throw error;
    }
  }
}

/** A document as JSON. */
export function jsonDocument(make: () => Promise<unknown>): LazyDocument {
  return new LazyDocument('application/json', async () => Buffer.from(JSON.stringify(await make())));
}
