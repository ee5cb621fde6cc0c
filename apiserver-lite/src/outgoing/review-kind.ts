import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** What a webhook's answer should be. */
export interface ReviewKind {
  /** `admission.k8s.io` */
  readonly group: string;
  /** `AdmissionReview` */
  readonly kind: string;
  /** That was asked in. */
  readonly version: 'v1' | 'v1beta1';
}

/**
 * What keeps an answer of this version and kind from being read as the review, in the words of
 * kube-apiserver's decoder; undefined: nothing. What says nothing of itself is taken for what was asked for.
 */
export function unreadableReview(
  answer: { readonly apiVersion: string; readonly kind: string },
  { group, kind: wanted, version }: ReviewKind,
): string | undefined {
  const apiVersion = answer.apiVersion || `${group}/${version}`;
  const kind = answer.kind || wanted;
  const isReview = kind === wanted && apiVersion.startsWith(`${group}/`);
  if (isReview && apiVersion === `${group}/${version}`) return undefined;
  const isKnown = isReview && ['v1', 'v1beta1'].includes(apiVersion.slice(group.length + 1));
  if (isKnown || (kind === 'Status' && apiVersion === 'v1')) {
    const [from] = apiVersion.split('/').slice(-1);
    return `converting (${from}.${kind}) to (${version}.${wanted}): unknown conversion`;
  }
  const where = `for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  return `no kind ${goQuote(kind)} is registered ${where}`;
}
