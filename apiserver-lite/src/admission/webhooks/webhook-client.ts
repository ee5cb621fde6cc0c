import { randomUUID } from 'node:crypto';
import type { AdmissionAttributes } from '../attributes.ts';
import type { RequestMatch } from '../matching/request-matcher.ts';
import type { VersionedObjects } from '../matching/versioned-attributes.ts';
import type { OutgoingClient } from '../../outgoing/outgoing-client.ts';
import { callWebhook, webhookDestination, WebhookError } from '../../outgoing/webhook.ts';
import type { Clock } from '../../storage/clock.ts';
import { readReview, ReviewError, reviewText, type ReviewResponse } from './admission-review.ts';
import { CredentialsError, type CredentialsOf } from './webhook-credentials.ts';
import type { Webhook } from './webhook.ts';
import { dryRunUnsupported, rejection, WebhookFailure } from './webhook-failure.ts';

/** What webhooks are called with. */
export interface WebhookClientOptions {
  readonly client: OutgoingClient;
  readonly clock: Clock;
  /** How the server shows who it is; default: it does not. */
  readonly credentialsOf?: CredentialsOf | undefined;
  /** Default: a random UUID. */
  readonly newUid?: () => string;
}

/** What a webhook is asked. */
export interface WebhookQuestion {
  readonly attributes: AdmissionAttributes;
  readonly match: RequestMatch;
  readonly objects: VersionedObjects;
  /** The objects have no type. */
  readonly unstructured: boolean;
  /** Whether its answer may have a patch. */
  readonly mutating: boolean;
}

/** The most that an answer may have: a patch can be as large as the object that it makes. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Asks webhooks about requests, and hands on what they say beside their decision. */
export class WebhookClient {
  readonly #options: WebhookClientOptions;

  constructor(options: WebhookClientOptions) {
    this.#options = options;
  }

  /**
   * The answer of a webhook that allows the request. Warnings and audit annotations are given to the request.
   * Rejects with a WebhookFailure, a WebhookRejection, or a StatusError.
   */
  async ask(webhook: Webhook, question: WebhookQuestion): Promise<ReviewResponse> {
    const { attributes, mutating } = question;
    const { name, reviewVersion: version } = webhook;
    if (attributes.dryRun && !webhook.supportsDryRun) throw dryRunUnsupported(name);
    if (version === undefined) {
      const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
      throw new WebhookFailure(name, `could not create admission objects: ${why}`, { code: 400 });
    }
    const uid = (this.#options.newUid ?? randomUUID)();
    const answer = await this.#call(webhook, reviewText({ ...question, version, uid }), attributes);
    let response: ReviewResponse;
    try {
      response = readReview(answer, { version, uid, mutating });
    } catch (error) {
      if (!(error instanceof ReviewError)) throw error;
      const what = error.isCallFailure ? 'failed to call webhook' : 'received invalid webhook response';
      throw new WebhookFailure(name, `${what}: ${error.message}`);
    }
    for (const [key, value] of Object.entries(response.auditAnnotations)) {
      // A key of an annotation has one slash, between a domain and a name.
      if (!key.includes('/')) attributes.annotate(`${name}/${key}`, value);
    }
    for (const warning of response.warnings) attributes.warn(warning);
    if (!response.allowed) throw rejection(name, response.result);
    return response;
  }

  async #call(
    { name, client: config, timeoutMs }: Webhook,
    body: string,
    { signal, deadlineMs }: AdmissionAttributes,
  ): Promise<Record<string, unknown>> {
    const { client, clock, credentialsOf } = this.#options;
    const leftMs = Math.max(deadlineMs - clock.now(), 0);
    const limitMs = Math.min(timeoutMs, leftMs);
    // The URL has whole seconds, rounded up.
    const namedMs = Math.ceil(limitMs / 1000) * 1000;
    try {
      const destination = webhookDestination(name, config, namedMs);
      const { tls, headers = {} } = (await credentialsOf?.(destination)) ?? {};
      return await callWebhook(
        client,
        { ...destination, tls: { ...destination.tls, ...tls } },
        { body, headers, timeoutMs: limitMs, maxBytes: maxAnswerBytes, signal },
      );
    } catch (error) {
      if (error instanceof CredentialsError) {
        throw new WebhookFailure(name, `could not get REST client: ${error.message}`, { code: 500 });
      }
      if (!(error instanceof WebhookError)) throw error;
      throw new WebhookFailure(name, `failed to call webhook: ${error.message}`, {
        code: error.code,
        isCanceled: error.message.endsWith('context canceled'),
      });
    }
  }
}
