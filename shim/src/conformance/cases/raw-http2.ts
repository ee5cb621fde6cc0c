import { connect, type OutgoingHttpHeaders } from 'node:http2';

/** What a server answers to one HTTP/2 request. */
interface RawAnswer {
  httpStatus: number | undefined;
  code: number | undefined;
  message: string;
  body: Buffer;
}

/** HTTP/2 requests as no gRPC client makes them, each on a connection of its own. */
export class RawHttp2 {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  request(path: string, body: Uint8Array, headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const session = connect(this.#url);
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      });
      const answer: RawAnswer = { httpStatus: undefined, code: undefined, message: '', body: Buffer.of() };
      const take = (from: NodeJS.Dict<string | string[] | number>): void => {
        if (from[':status'] !== undefined) answer.httpStatus = Number(from[':status']);
        if (from['grpc-status'] === undefined) return;
        answer.code = Number(from['grpc-status']);
        answer.message = decodeURIComponent(String(from['grpc-message'] ?? ''));
      };
      stream.on('response', take);
      stream.on('trailers', take);
      stream.on('data', (data: Buffer) => (answer.body = Buffer.concat([answer.body, data])));
      session.on('error', reject);
      stream.on('error', reject);
      stream.on('close', () => {
        session.close();
        resolve(answer);
      });
      stream.end(body);
    });
  }
}
