import { randomUUID } from 'node:crypto';
import type { V1WebhookConversion } from '@pg8s/k8s-proto/generated/models';
import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { goMapJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import type { Destination } from '../../outgoing/outgoing-client.ts';
import { callWebhook, webhookDestination, type WebhookClientConfig } from '../../outgoing/webhook.ts';
import { acceptConverted } from './converted-object.ts';
import type { ConversionResult, ConvertedObject, ConverterOptions } from './converter.ts';
import { readReview, ReviewError } from './conversion-review.ts';
import { kindText } from './kind-text.ts';

/** kube-apiserver's limit for a webhook's answer, and the parameter that says so. */
const timeoutMs = 30_000;
/** What is sent in one review: webhooks take lists, but few will take a list without an end. */
const maxObjects = 500;
const maxReviewBytes = 8 * 1024 * 1024;
/** Of one object's JSON in an answer, and of what stands around it. */
const maxAnswerBytes = 4 * 1024 * 1024;
/** Reviews of one batch of objects that are under way at once. */
const maxReviews = 4;

/** Reviews that kube-apiserver can write. */
const knownReviews = ['v1', 'v1beta1'] as const;

const noReviewVersion = 'no supported conversion review versions';
/** kube-apiserver sends the other half of a review, too. */
const emptyResponse = '{"uid":"","convertedObjects":null,"result":{"metadata":{}}}';

interface Item {
  object: KubeObject;
  json: string;
}

/**
 * Converts objects by asking a webhook (Kubernetes: `conversion/webhook_converter.go`). kube-apiserver asks
 * for each object that it reads; here objects that are read together are sent together. Where the answer is
 * wrong each is asked for alone, so that only those fail that would fail there.
 */
export class WebhookConversion {
  readonly #options: ConverterOptions;
  readonly #destination: () => Destination;
  readonly #reviewVersion: 'v1' | 'v1beta1' | undefined;

  constructor(options: ConverterOptions, { clientConfig, conversionReviewVersions }: V1WebhookConversion) {
    this.#options = options;
    this.#destination = () =>
      webhookDestination(
        `conversion_webhook_for_${options.name}`,
        (clientConfig ?? {}) as WebhookClientConfig,
        timeoutMs,
      );
    this.#reviewVersion = conversionReviewVersions?.find((version) =>
      (knownReviews as readonly string[]).includes(version),
    ) as 'v1' | 'v1beta1' | undefined;
  }

  /** Objects of other versions, in `apiVersion`. Rejects where the webhook could not be called. */
  async convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly ConvertedObject[]> {
    const batches = batchesOf(objects.map((object) => ({ object, json: goMapJson(object) })));
    const results: (readonly ConvertedObject[])[] = [];
    const waiting = [...batches.entries()];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        results[next[0]] = await this.#convertBatch(next[1], apiVersion);
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxReviews, batches.length) }, work));
    return results.flat();
  }

  async #convertBatch(batch: readonly Item[], apiVersion: string): Promise<readonly ConvertedObject[]> {
    const answer = await this.#ask(batch, apiVersion);
    if (Array.isArray(answer)) return answer as readonly ConvertedObject[];
    const error = answer as Error;
    if (batch.length === 1) {
      return [
        () => {
          throw error;
        },
      ];
    }
    const results: ConvertedObject[] = [];
    for (const item of batch) results.push(...(await this.#convertBatch([item], apiVersion)));
    return results;
  }

  /** The objects, or the Error of an answer that cannot be used. Rejects where there is no answer. */
  async #ask(batch: readonly Item[], apiVersion: string): Promise<readonly ConvertedObject[] | Error> {
    const { client, newUid = randomUUID, observe } = this.#options;
    const version = this.#reviewVersion;
    if (version === undefined) throw new StatusError(500, undefined, noReviewVersion);
    const startedMs = performance.now();
    const uid = newUid();
    const [{ object: first }] = batch as readonly [Item];
    const ended = (result: ConversionResult): void =>
      observe?.({
        fromVersion: groupVersionOf(first.apiVersion).version,
        toVersion: groupVersionOf(apiVersion).version,
        result,
        seconds: (performance.now() - startedMs) / 1000,
      });
    const about = `conversion webhook for ${kindText(first)}`;
    const failed = (why: string): Error => new StatusError(500, undefined, `${about} ${why}`);
    let answer: Record<string, unknown>;
    try {
      answer = await callWebhook(client, this.#destination(), {
        body: reviewText(version, { uid, apiVersion, batch }),
        timeoutMs,
        maxBytes: maxAnswerBytes * (batch.length + 1),
      });
    } catch (error) {
      ended('conversion_webhook_call_failure');
      throw failed(`failed: ${(error as Error).message}`);
    }
    let converted: readonly unknown[];
    try {
      converted = readReview(answer, version, uid);
    } catch (error) {
      ended(
        (error as ReviewError).isCallFailure
          ? 'conversion_webhook_call_failure'
          : 'conversion_webhook_malformed_response_failure',
      );
      return failed(`failed: ${(error as Error).message}`);
    }
    if (converted.length !== batch.length) {
      ended('conversion_webhook_partial_response_failure');
      return failed(`returned ${converted.length} objects, expected ${batch.length}`);
    }
    try {
      const accepted = batch.map(({ object }, index) =>
        acceptConverted(object, converted[index], apiVersion),
      );
      ended('success');
      return accepted.map((object) => () => object);
    } catch (error) {
      ended('conversion_webhook_invalid_converted_object_failure');
      return error as Error;
    }
  }
}

function reviewText(
  version: string,
  { uid, apiVersion, batch }: { uid: string; apiVersion: string; batch: readonly Item[] },
): string {
  const objects = batch.map(({ json }) => json).join(',');
  const request = `{"uid":${goQuote(uid)},"desiredAPIVersion":${JSON.stringify(apiVersion)},"objects":[${objects}]}`;
  const type = `"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/${version}"`;
  return `{${type},"request":${request},"response":${emptyResponse}}\n`;
}

function batchesOf(items: readonly Item[]): Item[][] {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= maxObjects || bytes + item.json.length > maxReviewBytes) {
      batches.push([item]);
      bytes = item.json.length;
    } else {
      batch.push(item);
      bytes += item.json.length;
    }
  }
  return batches;
}
