import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import type { Sender } from '../authorization/authorizer.ts';
import type { Services } from '../services.ts';
import type { ServerStreamRow, UnaryRow } from './method.ts';
import { methods, type PathOf, type RequestOf, type ResponseOf } from './methods.ts';

/** A method with one request and one response, bound to services. */
export interface UnaryMethod<Request = unknown, Response = unknown> {
  readonly path: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /**
   * Whether a call may wait for other clients: it then gets a signal, which fires when its own client is
   * gone.
   */
  readonly waits: boolean;
  /** Authorizes the sender and calls. Rejects with an EtcdError. */
  call(request: Request, sender: Sender, signal?: AbortSignal): Promise<Response>;
}

/** A method with one request and a stream of responses, bound to services. */
export interface ServerStreamMethod<Request = unknown, Response = unknown> {
  readonly path: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /** As `UnaryMethod.call`. Who stops reading ends the generator (`return`) and fires the signal. */
  call(request: Request, sender: Sender, signal: AbortSignal): AsyncGenerator<Response, void, undefined>;
}

const never = new AbortController().signal;

/** The method at that path, as one of these services. */
export function unaryMethod<Path extends PathOf<'unary'>>(
  services: Services,
  path: Path,
): UnaryMethod<RequestOf<Path>, ResponseOf<Path>> {
  // The row's own types, which TypeScript cannot follow through the union of all rows.
  const row = methods[path] as unknown as UnaryRow<RequestOf<Path>, ResponseOf<Path>>;
  const { request, response, waits = false, access, call } = row;
  return {
    path,
    request,
    response,
    waits,
    call: (message, sender, signal = never) =>
      services.authorizer.authorize(access, { request: message, sender }, (authorization) =>
        call(services, message, authorization, signal),
      ),
  };
}

/** As `unaryMethod`, for a stream of responses. */
export function serverStreamMethod<Path extends PathOf<'serverStream'>>(
  services: Services,
  path: Path,
): ServerStreamMethod<RequestOf<Path>, ResponseOf<Path>> {
  const row = methods[path] as unknown as ServerStreamRow<RequestOf<Path>, ResponseOf<Path>>;
  const { request, response, access, call } = row;
  return {
    path,
    request,
    response,
    call: (message, sender, signal) =>
      services.authorizer.authorizeStream(access, { request: message, sender }, (authorization) =>
        call(services, message, authorization, signal),
      ),
  };
}

/** Every method with one request and one response. */
export function unaryMethods(services: Services): UnaryMethod[] {
  return pathsOf('unary').map((path) => unaryMethod(services, path) as UnaryMethod);
}

/** Every method with one request and a stream of responses. */
export function serverStreamMethods(services: Services): ServerStreamMethod[] {
  return pathsOf('serverStream').map((path) => serverStreamMethod(services, path) as ServerStreamMethod);
}

function pathsOf<Kind extends 'unary' | 'serverStream'>(kind: Kind): PathOf<Kind>[] {
  const paths = Object.keys(methods) as (keyof typeof methods)[];
  return paths.filter((path) => methods[path].kind === kind) as PathOf<Kind>[];
}
