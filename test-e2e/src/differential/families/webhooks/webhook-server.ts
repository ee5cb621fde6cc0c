import { httpsAnswers } from '../../../../../apiserver-lite/src/outgoing/testing/https-answers.ts';
import type { KeyPair } from '../../../../../apiserver-lite/src/server/testing/certificates.ts';

/** An AdmissionReview as a webhook gets it. */
export interface Review {
  kind: string;
  apiVersion: string;
  request: { uid: string; [field: string]: unknown };
}

/** What a webhook answers: a status and a body, or nothing ever. */
export type HookAnswer = { code?: number; type?: string; body: unknown } | 'nothing';

/** What a webhook does with a review. */
export type Behaviour = (review: Review) => HookAnswer;

/** What a webhook got. */
export interface Received {
  headers: Record<string, unknown>;
  path: string;
  review: Review;
}

/** A server of webhooks, each at a path of its own. */
export interface WebhookServer {
  readonly port: number;
  /** Puts a webhook at a path; what it gets is kept under the path. */
  add(path: string, behaviour: Behaviour): string;
  /** What came to a path so far. */
  received(path: string): readonly Received[];
  close(): Promise<void>;
}

const shownHeaders = ['accept', 'content-type', 'user-agent'];

/** Serves webhooks on a free port of the loopback. */
export async function startWebhookServer(tls: KeyPair): Promise<WebhookServer> {
  const behaviours = new Map<string, Behaviour>();
  const received = new Map<string, Received[]>();
  const server = await httpsAnswers(tls, (request, response, body) => {
    const path = request.url ?? '';
    const [place = ''] = path.split('?');
    const review = JSON.parse(body) as Review;
    const headers = Object.fromEntries(shownHeaders.map((name) => [name, request.headers[name]]));
    received.get(place)?.push({ headers, path, review });
    const answer = behaviours.get(place)?.(review) ?? { code: 404, body: 'no such webhook' };
    if (answer === 'nothing') return;
    const { code = 200, type = 'application/json', body: answered } = answer;
    response.writeHead(code, { 'content-type': type });
    response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
  });
  return {
    port: server.port,
    add(path, behaviour) {
      behaviours.set(path, behaviour);
      received.set(path, []);
      return `https://127.0.0.1:${server.port}${path}`;
    },
    received: (path) => received.get(path) ?? [],
    close: () => server.close(),
  };
}

/** An answer with these fields in its response. */
export function respond(fields: Record<string, unknown>, outside: Record<string, unknown> = {}): Behaviour {
  return ({ kind, apiVersion, request: { uid } }) => ({
    body: { kind, apiVersion, response: { uid, allowed: true, ...fields }, ...outside },
  });
}

/** Allows. */
export const allow = respond({});

/** Allows with a JSON patch, and what else the response has. */
export function patch(operations: unknown, fields: Record<string, unknown> = {}): Behaviour {
  const text = typeof operations === 'string' ? operations : JSON.stringify(operations);
  return respond({ patch: Buffer.from(text).toString('base64'), patchType: 'JSONPatch', ...fields });
}

/** Refuses, with this status. */
export function refuse(status?: Record<string, unknown>): Behaviour {
  return respond({ allowed: false, ...(status === undefined ? {} : { status }) });
}
