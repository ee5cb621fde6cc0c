import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Http2Request } from './http2-exchange.ts';
import type { HttpResponse } from './http-response.ts';
import type { Status } from '../api-errors/status-error.ts';
import type { RequestTarget } from './request-target.ts';

/** Who asks (Kubernetes: `authentication/user.Info`). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * What is asked, read off method and path alone (Kubernetes: `apiserver/pkg/endpoints/request.RequestInfo`).
 * `verb` is a Kubernetes verb for resource requests, the lower-case HTTP method otherwise. It is the only
 * reading of the path: authorization judges it, and the router serves it.
 */
export interface RequestInfo {
  isResourceRequest: boolean;
  path: string;
  verb: string;
  /** `api` or `apis`; empty for other paths. */
  apiPrefix: string;
  apiGroup: string;
  apiVersion: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /**
   * Resource, name, subresource and what follows: the path below the API version without a namespace that it
   * is in.
   */
  parts: readonly string[];
  /** Whether `namespaces/NAME/` stands before `parts`; in the path of a Namespace itself it does not. */
  inNamespace: boolean;
  /** `watch` or `proxy` where the path names its verb, as it was written long ago. */
  specialVerb: '' | 'watch' | 'proxy';
  fieldSelector: string;
  labelSelector: string;
}

/** One answer, for who counts them. */
export interface AnsweredRequest {
  code: number;
  /** From its arrival to the end of the answer. */
  seconds: number;
  /** Of these: while it waited for its turn. */
  waitedSeconds: number;
  /** Of the answer's body. */
  bytes: number;
  /** Of `?fieldValidation=`. */
  fieldValidation: string;
}

/** Counts requests of one kind. */
export interface RequestCounter {
  /** The request's body was read. */
  bodyRead(bytes: number): void;
  answered(request: AnsweredRequest): void;
}

/** What is known of the object that a client sent. */
export interface SentObject {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** The audit record of a request while it is under way, to which each stage adds what it knows. */
export interface RequestRecord {
  /** Whether the request is recorded at this level or above. */
  records(level: 'Metadata' | 'Request' | 'RequestResponse'): boolean;
  /** Adds an annotation. A key that has a value already keeps it. */
  annotate(key: string, value: string): void;
  /**
   * The request goes on as another user. `constraint`: the verb that allows a constrained impersonation;
   * undefined for the oldest sort, which has none.
   */
  impersonates(user: UserInfo, constraint: string | undefined): void;
  /** What the client sent. `json` is called at the level Request only, and at once. */
  requestObject(object: SentObject, json: () => string): void;
  /** The body of a patch, JSON or YAML. */
  requestPatch(body: Uint8Array): void;
  /** The answer is a Status, or the request failed with it. */
  respondsStatus(status: Partial<Status>): void;
  /** The object of the answer, as JSON; called at the level RequestResponse only, and at once. */
  responseObject(json: () => string): void;
  /** The answer was cut off by an error after it had begun. */
  panicked(error: unknown): Promise<void>;
}

/** Node's own object of HTTP/1.1, or what has the same of HTTP/2. */
export type HttpRequest = IncomingMessage | Http2Request;

/** One request on its way through the handler chain; each stage fills in its part. */
export interface RequestContext {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly url: RequestTarget;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Aborted when the client went away, or the server closes. */
  readonly signal: AbortSignal;
  /** Also the `Audit-Id` response header. */
  auditId: string;
  /** Set by the stage requestInfo. */
  requestInfo: RequestInfo;
  /** Set by the stage authenticate. */
  user: UserInfo;
  /** The record of this request; undefined where nothing is audited. */
  audit?: RequestRecord | undefined;
  /** Counts the answer; set by what serves the request. What filters refuse is counted by nobody. */
  counter?: RequestCounter | undefined;
  /** When the filter began that has the request now, by `performance.now()`. */
  filterStartedMs?: number;
  /** How long it waited for its turn. Default 0. */
  waitedMs?: number;
  /** When it must be answered, in milliseconds since the epoch. Default: never. */
  deadlineMs?: number;
  /** Bytes of the answer's body that were handed on so far. Default 0. */
  sentBytes?: number;
  /** Gives up the place among requests in flight: another server answers, which may ask this one before. */
  delegated?: () => void;
  /** Waits while the connection has much unsent: to be called before a large answer is made. */
  room(): Promise<void>;
  /** The answer, of so many bytes, is about to be handed on whole. */
  sending(bytes: number): void;
  /**
   * Adds a `Warning: 299 - "…"` header; duplicates are dropped, and what comes after the headers were sent.
   */
  warn(text: string): void;
}

/** Answers a request, or throws (a StatusError becomes its Status; anything else a 500). */
export type Handler = (context: RequestContext) => Promise<void>;

/** One stage of the handler chain. */
export type Filter = (next: Handler) => Handler;
