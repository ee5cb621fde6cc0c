import { createHash } from 'node:crypto';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { RequestContext } from '../http/request-context.ts';
import { compressedOnce, serveContent, type Content } from './serve-content.ts';

/** How a document is served, beside its bytes. */
export interface DocumentForm {
  contentType: string;
  /** Clients may have it compressed. */
  compresses?: true;
  /** Clients do not learn its hash. */
  untagged?: true;
}

/** A large document that is made when somebody first asks, and then kept in all its forms. */
export class LazyDocument {
  readonly #make: () => Promise<Uint8Array>;
  readonly #form: DocumentForm;
  #made: Promise<Omit<Content, 'lastModified'>> | undefined;

  constructor(form: DocumentForm, make: () => Promise<Uint8Array>) {
    this.#form = form;
    this.#make = make;
  }

  /** Answers with the document, or as the conditions of the request want it. */
  async send(context: RequestContext, lastModified: string): Promise<void> {
    this.#made ??= this.#build();
    await serveContent(context, { ...(await this.#made), lastModified });
  }

  async #build(): Promise<Omit<Content, 'lastModified'>> {
    const { contentType, compresses, untagged } = this.#form;
    try {
      const made = await this.#make();
      const body = Buffer.from(made.buffer, made.byteOffset, made.byteLength);
      const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
      return {
        contentType,
        body,
        ...(untagged === true ? {} : { etag }),
        ...(compresses === true ? { compressed: compressedOnce(body) } : {}),
      };
    } catch (error) {
      // The next request tries again.
      this.#made = undefined;
      throw error;
    }
  }
}

/** A document as JSON. */
export function jsonDocument(make: () => Promise<unknown>, form: Partial<DocumentForm> = {}): LazyDocument {
  return new LazyDocument({ contentType: 'application/json', ...form }, async () =>
    Buffer.from(stringifyJson((await make()) as object)),
  );
}
