import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import type { Access, Authorization } from '../authorization/authorizer.ts';
import type { Services } from '../services.ts';

interface Messages<Request, Response> {
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

/** A row for a method that answers one request by one response. */
export interface UnaryRow<Request, Response> extends Messages<Request, Response> {
  readonly kind: 'unary';
  readonly access: Access<Request>;
  /**
   * Whether a call may wait for other clients: it then gets a signal, which fires when its own client is
   * gone.
   */
  readonly waits?: boolean;
  /** Rejects with an EtcdError. */
  readonly call: (
    services: Services,
    request: Request,
    authorization: Authorization,
    signal: AbortSignal,
  ) => Promise<Response>;
}

/** A row for a method that answers one request by a stream of responses. */
export interface ServerStreamRow<Request, Response> extends Messages<Request, Response> {
  readonly kind: 'serverStream';
  readonly access: Access<Request>;
  /**
   * The generator is ended (`return`) when the client is gone; the signal then fires, for a method that
   * waits.
   */
  readonly call: (
    services: Services,
    request: Request,
    authorization: Authorization,
    signal: AbortSignal,
  ) => AsyncGenerator<Response, void, undefined>;
}

/**
 * A row for a method with streams in both directions. `GrpcStreams` serves it, and what serves it checks each
 * request of the stream: there is no one moment at which the whole call is authorized.
 */
export interface BidirectionalRow<Request, Response> extends Messages<Request, Response> {
  readonly kind: 'bidirectional';
}

/** What every row of a service's table has. */
export interface MethodRow extends Messages<unknown, unknown> {
  readonly kind: 'unary' | 'serverStream' | 'bidirectional';
}

/** The methods of one service by their gRPC paths, `/etcdserverpb.KV/Txn`. */
export type MethodTable = Readonly<Record<`/${string}`, MethodRow>>;

/** A row for one request and one response, with its types taken from its codecs. */
export function unary<Request, Response>(
  row: Omit<UnaryRow<Request, Response>, 'kind'>,
): UnaryRow<Request, Response> {
  return { kind: 'unary', ...row };
}

/** A row for one request and a stream of responses, with its types taken from its codecs. */
export function serverStream<Request, Response>(
  row: Omit<ServerStreamRow<Request, Response>, 'kind'>,
): ServerStreamRow<Request, Response> {
  return { kind: 'serverStream', ...row };
}

/** A row for a stream of requests and a stream of responses, with its types taken from its codecs. */
export function bidirectional<Request, Response>(
  row: Omit<BidirectionalRow<Request, Response>, 'kind'>,
): BidirectionalRow<Request, Response> {
  return { kind: 'bidirectional', ...row };
}
