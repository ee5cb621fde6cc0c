import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Logger } from 'pino';

/** Who asks (Kubernetes: `authentication/user.Info`). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * What is asked, read off method and path alone (Kubernetes: `apiserver/pkg/endpoints/request.RequestInfo`).
 * `verb` is a Kubernetes verb for resource requests, the lower-case HTTP method otherwise.
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
  /** The path below the API version, split: `['namespaces', 'default', 'pods', 'web', 'log']` minus the namespace scope. */
  parts: readonly string[];
  fieldSelector: string;
  labelSelector: string;
}

/** Node's own request and response objects; HTTP/2 through its compatibility API. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** One request on its way through the handler chain; each stage fills in its part. */
export interface RequestContext {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly url: URL;
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
  /** Adds a `Warning: 299 - "…"` header; duplicates are dropped, and what comes after the headers were sent. */
  warn(text: string): void;
}

/** Answers a request, or throws (a StatusError becomes its Status; anything else a 500). */
export type Handler = (context: RequestContext) => Promise<void>;

/** One stage of the handler chain. */
export type Filter = (next: Handler) => Handler;
