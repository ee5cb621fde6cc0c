import {
  answerReview,
  type Review,
} from '../../../apiserver-lite/src/apiextensions/conversion/testing/conversion-answers.ts';
import { httpsAnswers } from '../../../apiserver-lite/src/outgoing/testing/https-answers.ts';
import { testAuthority } from '../../../apiserver-lite/src/server/testing/certificates.ts';

/** A webhook that converts custom objects between `v1` with `spec.text` and `v2` with `spec.words`. */
export interface ConversionWebhook {
  readonly port: number;
  /** `spec.conversion` of a definition that asks it. */
  readonly conversion: object;
  /** Which reviews fail; undefined: none. */
  refuses: ((request: Review['request']) => boolean) | undefined;
  close(): Promise<void>;
}

/** Starts a webhook for one of the two servers: what it refuses changes with the requests to that server. */
export async function startConversionWebhook(): Promise<ConversionWebhook> {
  const authority = await testAuthority();
  const server = await httpsAnswers(await authority.server(), (_request, response, body) => {
    const { request } = JSON.parse(body) as Review;
    answerReview(webhook.refuses?.(request) === true ? '/failure' : '/convert', body, response);
  });
  const webhook: ConversionWebhook = {
    port: server.port,
    conversion: {
      strategy: 'Webhook',
      webhook: {
        clientConfig: {
          url: `https://127.0.0.1:${server.port}/convert`,
          caBundle: Buffer.from(authority.cert).toString('base64'),
        },
        conversionReviewVersions: ['v1'],
      },
    },
    refuses: undefined,
    close: () => server.close(),
  };
  return webhook;
}
