import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { unreadableReview } from '../../outgoing/review-kind.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An answer that is no review of the request; the message is kube-apiserver's. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
  /** It could not be read at all. */
  readonly isCallFailure: boolean;

  constructor(message: string, isCallFailure = false) {
    super(message);
    this.isCallFailure = isCallFailure;
  }
}

/**
 * The objects of a webhook's answer (Kubernetes: `getConvertedObjectsFromResponse`). Throws a ReviewError
 * where it is not an answer to the request `uid`, or says that it failed.
 */
export function readReview(review: Fields, version: 'v1' | 'v1beta1', uid: string): readonly unknown[] {
  const [apiVersion, kind] = [text(review, 'apiVersion'), text(review, 'kind')];
  const asked = { group: reviewGroup, kind: 'ConversionReview', version };
  const unreadable = unreadableReview({ apiVersion, kind }, asked);
  if (unreadable !== undefined) throw new ReviewError(unreadable, true);
  if (version === 'v1') {
    if (apiVersion !== 'apiextensions.k8s.io/v1' || kind !== 'ConversionReview') {
      const wanted = 'apiextensions.k8s.io/v1, Kind=ConversionReview';
      throw new ReviewError(
        `expected webhook response of ${wanted}, got ${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`,
      );
    }
  }
  const response = ownValue(review, 'response');
  if (response === undefined || response === null) throw new ReviewError('no response provided');
  const answered = fieldsOf(response);
  const answeredUid = text(answered, 'uid');
  // What is v1beta1 was never held to it.
  if (version === 'v1' && answeredUid !== uid) {
    throw new ReviewError(`expected response.uid=${goQuote(uid)}, got ${goQuote(answeredUid)}`);
  }
  const result = fieldsOf(ownValue(answered, 'result'));
  const [status, message] = [text(result, 'status'), text(result, 'message')];
  if (status !== 'Success') {
    throw new ReviewError(message === '' ? `response.result.status was '${status}', not 'Success'` : message);
  }
  const objects = ownValue(answered, 'convertedObjects');
  return Array.isArray(objects) ? objects : [];
}

const reviewGroup = 'apiextensions.k8s.io';

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function text(fields: Fields, name: string): string {
  const value = ownValue(fields, name);
  return typeof value === 'string' ? value : '';
}
