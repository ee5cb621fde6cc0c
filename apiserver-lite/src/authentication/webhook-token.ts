import { createHmac, randomBytes } from 'node:crypto';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { UserInfo } from '../http/request-context.ts';
import { callAgain, type CallAgainOptions } from '../outgoing/call-again.ts';
import type { OutgoingClient } from '../outgoing/outgoing-client.ts';
import { unreadableReview } from '../outgoing/review-kind.ts';
import { callWebhook, WebhookError } from '../outgoing/webhook.ts';
import type { WebhookKubeconfig } from '../outgoing/webhook-kubeconfig.ts';
import { CredentialError } from './authenticator.ts';

/** How a webhook is asked about tokens (`--authentication-token-webhook-*`). */
export interface WebhookTokenOptions {
  readonly kubeconfig: WebhookKubeconfig;
  readonly version: 'v1' | 'v1beta1';
  /** For how long an answer holds; 0: it is asked each time. */
  readonly cacheTtlMs: number;
}

/** What the webhook is called with. */
export interface WebhookTokenParts extends CallAgainOptions {
  readonly client: OutgoingClient;
  /** Audiences of tokens for which the webhook names none. */
  readonly apiAudiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Who a token belongs to, and for which of the wanted audiences it is good. */
export interface WebhookAnswer {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Undefined: the webhook does not know the token. A CredentialError: it could not say, or says why not. */
export type WebhookTokenAuthenticator = (
  token: string,
  audiences: readonly string[],
) => Promise<WebhookAnswer | undefined>;

const timeoutMs = 30_000;
const maxAnswerBytes = 3 * 1024 * 1024;
const maxCached = 4096;
const group = 'authentication.k8s.io';

/**
 * Asks a webhook with TokenReviews who has which token. What it says of a token holds for a while, also
 * that it does not know it; failures do not (Kubernetes: `plugin/pkg/authenticator/token/webhook`). Tokens
 * are not kept, only their digests.
 */
export function webhookToken(
  options: WebhookTokenOptions,
  parts: WebhookTokenParts,
): WebhookTokenAuthenticator {
  const cached = new Map<string, { answer: WebhookAnswer | undefined; untilMs: number }>();
  const underWay = new Map<string, Promise<WebhookAnswer | undefined>>();
  const secret = randomBytes(32);
  return async (token, audiences) => {
    const key = createHmac('sha256', secret)
      .update(JSON.stringify([token, ...audiences]))
      .digest('base64');
    const known = cached.get(key);
    if (known !== undefined && known.untilMs > parts.clock()) return known.answer;
    const asked = underWay.get(key) ?? ask(options, parts, { token, audiences });
    underWay.set(key, asked);
    try {
      const answer = await asked;
      cached.delete(key);
      if (options.cacheTtlMs > 0) {
        cached.set(key, { answer, untilMs: parts.clock() + options.cacheTtlMs });
        const [oldest] = cached.keys();
        if (cached.size > maxCached && oldest !== undefined) cached.delete(oldest);
      }
      return answer;
    } finally {
      underWay.delete(key);
    }
  };
}

async function ask(
  { kubeconfig, version }: WebhookTokenOptions,
  parts: WebhookTokenParts,
  { token, audiences }: { token: string; audiences: readonly string[] },
): Promise<WebhookAnswer | undefined> {
  const url = new URL(kubeconfig.destination.url);
  url.searchParams.set('timeout', `${timeoutMs / 1000}s`);
  const review = {
    kind: 'TokenReview',
    apiVersion: `${group}/${version}`,
    metadata: {},
    spec: { token, ...(audiences.length === 0 ? {} : { audiences }) },
    status: { user: {} },
  };
  const call = async (): Promise<Record<string, unknown>> => {
    const answer = await callWebhook(
      parts.client,
      { ...kubeconfig.destination, url },
      {
        body: `${JSON.stringify(review)}\n`,
        // Credentials are not sent in clear text.
        headers: {
          'user-agent': 'Go-http-client/1.1',
          ...(url.protocol === 'https:' ? kubeconfig.headers : {}),
        },
        timeoutMs,
        maxBytes: maxAnswerBytes,
      },
    );
    const types = { apiVersion: textOf(answer, 'apiVersion'), kind: textOf(answer, 'kind') };
    const problem = unreadableReview(types, { group, kind: 'TokenReview', version });
    if (problem !== undefined) throw new WebhookError(problem);
    return fieldsOf(ownValue(answer, 'status'));
  };
  let status: Record<string, unknown>;
  try {
    status = await callAgain(call, parts);
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error;
    throw new CredentialError(error.message, { cause: error });
  }
  return answerOf(status, { wanted: audiences, implicit: parts.apiAudiences });
}

function answerOf(
  status: Record<string, unknown>,
  { wanted, implicit }: { wanted: readonly string[]; implicit: readonly string[] },
): WebhookAnswer | undefined {
  const named = textsOf(ownValue(status, 'audiences'));
  const own = named.length === 0 ? implicit : named;
  const audiences = wanted.filter((audience) => own.includes(audience));
  if (wanted.length > 0 && audiences.length === 0) return undefined;
  if (ownValue(status, 'authenticated') !== true) {
    const why = textOf(status, 'error');
    if (why !== '') throw new CredentialError(why);
    return undefined;
  }
  const user = fieldsOf(ownValue(status, 'user'));
  const uid = textOf(user, 'uid');
  const extra = Object.entries(fieldsOf(ownValue(user, 'extra')));
  return {
    user: {
      name: textOf(user, 'username'),
      ...(uid === '' ? {} : { uid }),
      groups: textsOf(ownValue(user, 'groups')),
      ...(extra.length === 0
        ? {}
        : { extra: Object.fromEntries(extra.map(([name, values]) => [name, textsOf(values)])) }),
    },
    audiences,
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = ownValue(fields, name);
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
