import type { OutgoingHttpHeaders } from 'node:http';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { parseJson } from '@pg8s/k8s-proto/json';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { OutgoingError, type Destination, type OutgoingClient } from './outgoing-client.ts';

/** How a webhook is reached (`clientConfig` of webhook configurations and definitions). */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** Base64 of PEM. */
  readonly caBundle?: string;
}

/** A webhook could not be called, or gave no usable answer; the message is kube-apiserver's. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  /** The status of an answer that is no success; undefined: there was no answer, or none that can be read. */
  readonly code: number | undefined;
  /** Whether the answer said when to come again (`Retry-After`). */
  readonly saysWhen: boolean;

  constructor(
    message: string,
    { code, saysWhen = false, cause }: { code?: number; saysWhen?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.saysWhen = saysWhen;
  }
}

/**
 * Where a webhook is, with `?timeout=` as kube-apiserver sends it (Kubernetes: `util/webhook/client.go`).
 * @throws WebhookError for a configuration that names nothing; `name` is that of the webhook.
 */
export function webhookDestination(
  name: string,
  { url, service, caBundle = '' }: WebhookClientConfig,
  timeoutMs: number,
): Destination {
  const ca = Buffer.from(caBundle, 'base64').toString().trim();
  const tls = ca === '' ? {} : { ca };
  const query = `timeout=${timeoutMs / 1000}s`;
  if (service !== undefined) {
    const { namespace, name: serviceName, path = '', port = 443 } = service;
    const slashed = path.startsWith('/') ? path : `/${path}`;
    const host = `${serviceName}.${namespace}.svc`;
    const target = new URL(`https://${host}/`);
    target.pathname = slashed;
    target.search = query;
    return {
      url: target,
      authority: `${host}:${port}`,
      service: { namespace, name: serviceName, port },
      tls: { ...tls, serverName: host },
    };
  }
  if (url === undefined || !URL.canParse(url)) {
    const reason = 'webhook configuration must have either service or URL';
    throw new WebhookError(`failed calling webhook ${goQuote(name)}: ${reason}`);
  }
  const target = new URL(url);
  target.search = query;
  return { url: target, tls };
}

/** What is sent to a webhook. */
export interface WebhookCall {
  /** JSON. */
  body: string;
  /** Beside those that every call has. */
  headers?: OutgoingHttpHeaders;
  timeoutMs: number;
  /** The most that its answer may have. */
  maxBytes: number;
  signal?: AbortSignal;
}

/**
 * Posts JSON to a webhook and gives the JSON of its answer. Rejects with a WebhookError in the words of
 * kube-apiserver's client (Kubernetes: `client-go/rest.Request.Do`).
 */
export async function callWebhook(
  client: OutgoingClient,
  destination: Destination,
  call: WebhookCall,
): Promise<Record<string, unknown>> {
  const answer = await client
    .call({
      ...destination,
      ...call,
      method: 'POST',
      headers: {
        accept: 'application/json, */*',
        'content-type': 'application/json',
        'user-agent': 'kube-apiserver-admission',
        ...call.headers,
      },
    })
    .catch((error: unknown) => {
      if (!(error instanceof OutgoingError)) throw error;
      throw new WebhookError(`Post ${goQuote(urlText(destination))}: ${error.message}`, { cause: error });
    });
  const { code, headers, body } = answer;
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (code < 200 || code > 206) {
    const saysWhen = headers['retry-after'] !== undefined;
    const status = statusOf(body);
    if (status !== undefined) throw new WebhookError(status.message, { code: status.code, saysWhen });
    throw new WebhookError(refusal(code, mediaType, body), { code, saysWhen });
  }
  if (body.length === 0) {
    const type = headers['content-type'] ?? '';
    throw new WebhookError(`0-length response with status code: ${code} and content type: ${type}`);
  }
  let value: unknown;
  try {
    value = parseJson(body.toString());
  } catch (error) {
    throw new WebhookError(unreadable(body.toString()), { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new WebhookError(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type ${typeMetaType}`,
  );
}

/** The URL as messages show it: a Service's port always stands in it. */
function urlText({ url, authority }: Destination): string {
  return authority === undefined ? url.href : `${url.protocol}//${authority}${url.pathname}${url.search}`;
}

const maxTextBytes = 2048;

/** What a client makes of an answer that is no success. */
function refusal(code: number, mediaType: string, body: Buffer): string {
  const text =
    mediaType.startsWith('text/') || mediaType === ''
      ? body.subarray(0, maxTextBytes).toString().trim()
      : 'unknown';
  switch (code) {
    case 400:
      return 'the server rejected our request for an unknown reason';
    case 401:
      return 'the server has asked for the client to provide credentials';
    case 403:
    case 415:
      return text;
    case 404:
      return 'the server could not find the requested resource';
    case 405:
      return 'the server does not allow this method on the requested resource';
    case 406:
      return text === '' || text === 'unknown'
        ? 'the server was unable to respond with a content type that the client supports'
        : text;
    case 409:
      return 'the server reported a conflict';
    case 422:
      return 'the server rejected our request due to an error in our request';
    case 429:
      return 'the server has received too many requests and has asked us to try again later';
    case 503:
      return 'the server is currently unable to handle the request';
    case 504:
      return 'the server was unable to return a response in the time allotted, but may still be processing the request';
    default:
      return code >= 500
        ? `an error on the server (${goQuote(text)}) has prevented the request from succeeding`
        : `the server responded with the status code ${code} but did not return more information`;
  }
}

/** What an answer says that is a Status. */
function statusOf(body: Buffer): { message: string; code: number } | undefined {
  try {
    const value = parseJson(body.toString()) as Record<string, unknown>;
    const [message, code] = [ownValue(value, 'message'), ownValue(value, 'code')];
    if (ownValue(value, 'kind') !== 'Status' || typeof message !== 'string') return undefined;
    return { message, code: typeof code === 'number' ? code : 0 };
  } catch {
    return undefined;
  }
}

/**
 * kube-apiserver reads what is no JSON as YAML, of which almost every text is a string: only what begins as
 * JSON is called broken.
 */
function unreadable(text: string): string {
  const why = /^\s*[[{]/.test(text)
    ? 'unexpected end of JSON input'
    : `json: cannot unmarshal string into Go value of type ${typeMetaType}`;
  return `couldn't get version/kind; json parse error: ${why}`;
}

/** What Go prints for the type that it reads version and kind into. */
const typeMetaType = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
