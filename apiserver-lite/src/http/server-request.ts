import type { Logger } from 'pino';
import type { HttpResponse } from './http-response.ts';
import type {
  HttpRequest,
  RequestContext,
  RequestCounter,
  RequestInfo,
  RequestRecord,
  UserInfo,
} from './request-context.ts';
import { parseRequestTarget } from './request-target.ts';
import type { RequestTarget } from './request-target.ts';
import type { UnsentResponses } from './unsent-responses.ts';

/** What is known of a request before its path is read. */
export const unknownRequest: RequestInfo = {
  isResourceRequest: false,
  path: '',
  verb: '',
  apiPrefix: '',
  apiGroup: '',
  apiVersion: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  parts: [],
  inNamespace: false,
  specialVerb: '',
  fieldSelector: '',
  labelSelector: '',
};

const nobody: UserInfo = { name: '', groups: [] };

/**
 * Warnings of one response share so many characters; when they don't fit, each is cut, and the last are
 * dropped.
 */
const maxWarningCharacters = 4096;
const maxCutWarningCharacters = 256;

export interface ServerRequestOptions {
  request: HttpRequest;
  response: HttpResponse;
  log: Logger;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** What the server has not sent yet; without it nobody waits. */
  unsent?: UnsentResponses;
}

/**
 * The RequestContext that the server makes for a request: adds what only the server and its filters decide,
 * the end of the request.
 */
export class ServerRequest implements RequestContext {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly url: RequestTarget;
  readonly log: Logger;
  readonly receivedAt: number;
  auditId = '';
  requestInfo = unknownRequest;
  user = nobody;
  /** Watches, logs, proxies: no deadline, no place in the in-flight limits, ended when the server closes. */
  longRunning = false;
  counter: RequestCounter | undefined;
  audit?: RequestRecord | undefined;
  delegated?: () => void;
  filterStartedMs = 0;
  waitedMs = 0;
  sentBytes = 0;
  #controller: AbortController | undefined;
  #cancelled: Error | undefined;
  readonly #warnings: string[] = [];
  readonly #unsent: UnsentResponses | undefined;

  /** @throws RequestTargetError where the request's target is no path. */
  constructor({ request, response, log, receivedAt, unsent }: ServerRequestOptions) {
    this.#unsent = unsent;
    keepFirstAccept(request);
    this.request = request;
    this.response = response;
    this.log = log;
    this.receivedAt = receivedAt;
    this.url = parseRequestTarget(request.url ?? '/');
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled);
    }
    return this.#controller.signal;
  }

  /** Aborts `signal`: nobody waits for the answer any more. */
  cancel(reason: Error): void {
    if (this.#cancelled !== undefined) return;
    this.#cancelled = reason;
    this.#controller?.abort(reason);
  }

  async room(): Promise<void> {
    await this.#unsent?.room(connectionOf(this.request), this.response, () => this.signal);
  }

  sending(bytes: number): void {
    this.sentBytes += bytes;
    this.#unsent?.track(connectionOf(this.request), this.response, bytes);
  }

  warn(text: string): void {
    if (this.response.headersSent || text === '' || this.#warnings.includes(text)) return;
    // kube-apiserver leaves out what a header cannot have.
    if (/\p{Cc}/u.test(text)) return;
    this.#warnings.push(text);
    let sent = this.#warnings;
    if (charactersOf(sent) > maxWarningCharacters) {
      sent = [...new Set(this.#warnings.map((warning) => warning.slice(0, maxCutWarningCharacters)))];
      while (charactersOf(sent) > maxWarningCharacters) sent.pop();
      // What finds no place now finds none later.
      if (sent.length < this.#warnings.length) this.#warnings.pop();
    }
    this.response.setHeader(
      'Warning',
      sent.map((warning) => quoteWarning(warning)),
    );
  }
}

/** Node joins headers of one name; Go's server reads the first Accept only, and so does everything here. */
function keepFirstAccept({ headers, rawHeaders }: HttpRequest): void {
  if (headers.accept?.includes(',') !== true) return;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'accept');
  headers.accept = rawHeaders[at + 1] ?? headers.accept;
}

/** The session of HTTP/2, or the socket of HTTP/1.1. */
function connectionOf(request: HttpRequest): object {
  return 'stream' in request ? request.session : request.socket;
}

function charactersOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** RFC 7234, 5.5: warn-code 299, no agent, the text as a quoted-string that fits a header. */
function quoteWarning(text: string): string {
  // Header values are latin1 on the wire; UTF-8 bytes pass through as kube-apiserver sends them.
  const bytes = Buffer.from(text.replaceAll(/[\\"]/g, '\\$&'), 'utf8').toString('latin1');
  return `299 - "${bytes}"`;
}
