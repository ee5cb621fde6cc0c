import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTPS server of a test. */
export interface HttpsAnswers {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Answers requests with `answer`, which gets the request's whole body, on a free port of the loopback. */
export async function httpsAnswers(
  tls: { cert: string; key: string; ca?: string },
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<HttpsAnswers> {
  const options = tls.ca === undefined ? tls : { ...tls, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
