/** What listeners of a response hear. */
export type ResponseEvent = 'close' | 'drain' | 'finish';

/** A response, as Node's ServerResponse of HTTP/1.1 has it; the same of HTTP/2. */
export interface HttpResponse {
  statusCode: number;
  readonly headersSent: boolean;
  /** `end` was called. */
  readonly writableEnded: boolean;
  /** Throws where the headers were sent, as `removeHeader` does. */
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  removeHeader(name: string): void;
  flushHeaders(): void;
  /** False: the client does not keep up; `drain` says when it does. */
  write(chunk: Uint8Array | string): boolean;
  end(chunk?: Uint8Array | string): unknown;
  /** Cuts the answer off. */
  destroy(): unknown;
  on(event: ResponseEvent, listener: () => void): unknown;
  once(event: ResponseEvent, listener: () => void): unknown;
  off(event: ResponseEvent, listener: () => void): unknown;
}
