import { isUtf8 } from 'node:buffer';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type GrpcCode, grpcCode } from '../../etcdserverpb/etcd-error.ts';

/** Why a request is not even begun, as grpc-go tells it. */
export interface HeaderRefusal {
  /** 200, unless what came is no gRPC. */
  readonly httpStatus: number;
  readonly code: GrpcCode;
  readonly message: string;
}

/** Looks at the headers of a request; undefined lets it pass. */
export type RefuseHeaders = (headers: IncomingHttpHeaders) => HeaderRefusal | undefined;

const { INVALID_ARGUMENT, INTERNAL, UNIMPLEMENTED } = grpcCode;

/**
 * Refuses what grpc-go refuses by the headers alone, in its words (grpc-go:
 * `internal/transport/http2_server.go`, `server.go`) or etcd (etcd: `api/v3rpc/interceptor.go`); grpc-js lets
 * some of it pass and has other words for the rest. `paths`: of all methods there are.
 */
export function createHeaderRefusal(paths: Iterable<string>): RefuseHeaders {
  const methods = new Set(paths);
  const services = new Set([...methods].map((path) => path.slice(1, path.lastIndexOf('/'))));
  return (headers) => {
    const contentType = headers['content-type'] ?? '';
    if (contentType !== 'application/grpc' && !/^application\/grpc[+;]/.test(contentType)) {
      return refusal(
        415,
        INVALID_ARGUMENT,
        `invalid gRPC request content-type ${JSON.stringify(contentType)}`,
      );
    }
    const method = headers[':method'];
    if (method !== 'POST') {
      const text = `Received a HEADERS frame with :method ${JSON.stringify(method)} which should be POST`;
      return refusal(405, INTERNAL, text);
    }
    const timeout = headers['grpc-timeout'];
    if (timeout !== undefined && !wellFormedTimeout.test(String(timeout))) {
      return refusal(400, INTERNAL, `malformed grpc-timeout: ${timeoutProblem(String(timeout))}`);
    }
    const path = headers[':path'] ?? '';
    if (!methods.has(path)) return refusal(200, UNIMPLEMENTED, unknownPath(path, services));
    const encoding = headers['grpc-encoding'];
    if (encoding !== undefined && encoding !== 'gzip' && encoding !== 'identity') {
      const text = `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`;
      return refusal(200, UNIMPLEMENTED, text);
    }
    const version = headers['client-api-version'];
    if (
      version !== undefined &&
      notAscii.test(String(version)) &&
      !isUtf8(Buffer.from(String(version), 'latin1'))
    ) {
      return refusal(200, INVALID_ARGUMENT, 'etcdserver: invalid client api version');
    }
    return undefined;
  };
}

/** Answers with it, in place of the method. */
export function sendRefusal(stream: ServerHttp2Stream, { httpStatus, code, message }: HeaderRefusal): void {
  // The client may take back what it has asked, in any way.
  stream.on('error', () => {});
  if (stream.destroyed || stream.closed) return;
  stream.respond(
    {
      ':status': httpStatus,
      'content-type': 'application/grpc',
      'grpc-status': code,
      'grpc-message': encodeURI(message),
    },
    { endStream: true },
  );
  // What the client still sends is not needed. From Node 26 on a reset in the same turn of the event loop
  // overtakes the headers, and the client gets no status.
  setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
}

function refusal(httpStatus: number, code: GrpcCode, message: string): HeaderRefusal {
  return { httpStatus, code, message };
}

function unknownPath(path: string, services: ReadonlySet<string>): string {
  const name = path.startsWith('/') ? path.slice(1) : path;
  const slash = name.lastIndexOf('/');
  if (slash < 0) return `malformed method name: ${JSON.stringify(path)}`;
  const service = name.slice(0, slash);
  if (!services.has(service)) return `unknown service ${service}`;
  return `unknown method ${name.slice(slash + 1)} for service ${service}`;
}

/** Eight digits at most, and a unit. */
const wellFormedTimeout = /^\d{1,8}[HMSmun]$/;
const longestTimeout = 9;
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const notAscii = /[^\u0000-\u007f]/;

/** Why it is none of these. */
function timeoutProblem(text: string): string {
  if (text.length < 2) return `transport: timeout string is too short: ${JSON.stringify(text)}`;
  if (text.length > longestTimeout) return `transport: timeout string is too long: ${JSON.stringify(text)}`;
  const amount = text.slice(0, -1);
  if (!'HMSmun'.includes(text.slice(-1))) {
    return `transport: timeout unit is not recognized: ${JSON.stringify(text)}`;
  }
  return `strconv.ParseUint: parsing ${JSON.stringify(amount)}: invalid syntax`;
}
