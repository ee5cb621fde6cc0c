import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { conform } from '@pg8s/k8s-proto/conform/conform';
import { goJson, goMapJson } from '@pg8s/k8s-proto/go-json';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Status } from '../../api-errors/status-error.ts';
import { unreadableReview } from '../../outgoing/review-kind.ts';
import { admissionRequest } from '../admission-request.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import type { RequestMatch } from '../matching/request-matcher.ts';
import type { VersionedObjects } from '../matching/versioned-attributes.ts';

/** The versions of AdmissionReview. */
export type ReviewVersion = 'v1' | 'v1beta1';

/** The first version that a webhook names and the server can write; undefined: there is none. */
export function reviewVersionOf(names: readonly string[]): ReviewVersion | undefined {
  return names.find((name): name is ReviewVersion => name === 'v1' || name === 'v1beta1');
}

/** What a webhook is asked about. */
export interface AskedReview {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly attributes: AdmissionAttributes;
  readonly match: RequestMatch;
  readonly objects: VersionedObjects;
  /** The objects have no type, and their fields are written in order. */
  readonly unstructured: boolean;
}

/** An AdmissionReview as JSON (Kubernetes: `webhook/request/admissionreview.go`). */
export function reviewText(review: AskedReview): string {
  const { version, uid, attributes, match, objects, unstructured } = review;
  const { dryRun, options, ...before } = admissionRequest(attributes, match);
  const write = unstructured ? goMapJson : typed;
  const parts = [
    goJson({ uid, ...before }).slice(1, -1),
    `"object":${write(objects.object ?? null)}`,
    `"oldObject":${write(objects.oldObject ?? null)}`,
    goJson({ dryRun, options }).slice(1, -1),
  ];
  const type = `"kind":"AdmissionReview","apiVersion":"${group}/${version}"`;
  return `{${type},"request":{${parts.join(',')}}}\n`;
}

function typed(object: KubeObject | null): string {
  if (object === null) return 'null';
  const { kind, apiVersion, ...rest } = object;
  return goJson({ kind, apiVersion, ...rest });
}

const group = 'admission.k8s.io';

/** What a webhook answered. */
export interface ReviewResponse {
  readonly allowed: boolean;
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** Why the request was refused, where the webhook says so. */
  readonly result: Partial<Status> | undefined;
  /** Empty where there is none. */
  readonly patch: Buffer;
  readonly patchType: string;
}

/** An answer that cannot be used; the message is kube-apiserver's. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
  /** It could not be read at all: the call failed. */
  readonly isCallFailure: boolean;

  constructor(message: string, isCallFailure = false) {
    super(message);
    this.isCallFailure = isCallFailure;
  }
}

/** As the type is after decoding. */
interface DecodedReview {
  apiVersion?: string;
  kind?: string;
  response?: {
    uid?: string;
    allowed?: boolean;
    auditAnnotations?: Record<string, string>;
    warnings?: string[];
    status?: Partial<Status>;
    /** Base64. */
    patch?: string;
    patchType?: string;
  };
}

/**
 * Reads a webhook's answer (Kubernetes: `VerifyAdmissionResponse`). Only what is v1 is held to the request's
 * uid and to saying what it is. Throws a ReviewError.
 */
export function readReview(
  answer: Readonly<Record<string, unknown>>,
  { version, uid, mutating }: { version: ReviewVersion; uid: string; mutating: boolean },
): ReviewResponse {
  const [apiVersion, kind] = [text(answer, 'apiVersion'), text(answer, 'kind')];
  const unreadable = unreadableReview({ apiVersion, kind }, { group, kind: 'AdmissionReview', version });
  if (unreadable !== undefined) throw new ReviewError(unreadable, true);
  const { response } = decode(answer, version);
  if (response === undefined) throw new ReviewError('webhook response was absent');
  const patch = Buffer.from(response.patch ?? '', 'base64');
  if (version === 'v1') {
    const answered = response.uid ?? '';
    if (answered !== uid) {
      throw new ReviewError(`expected response.uid=${goQuote(uid)}, got ${goQuote(answered)}`);
    }
    requireNamed(apiVersion, kind);
    requirePatch(patch, response.patchType, mutating);
  }
  const hasPatch = mutating && patch.length > 0;
  return {
    allowed: response.allowed ?? false,
    auditAnnotations: response.auditAnnotations ?? {},
    warnings: response.warnings ?? [],
    result: response.status,
    patch: hasPatch ? patch : Buffer.alloc(0),
    patchType: !hasPatch ? '' : version === 'v1' ? (response.patchType ?? '') : 'JSONPatch',
  };
}

function decode(answer: Readonly<Record<string, unknown>>, version: ReviewVersion): DecodedReview {
  try {
    return conform(answer, `k8s.io.api.admission.${version}.AdmissionReview`, 'ignore').object;
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    throw new ReviewError(error.message, true);
  }
}

function requireNamed(apiVersion: string, kind: string): void {
  if (apiVersion === `${group}/v1` && kind === 'AdmissionReview') return;
  const wanted = `${group}/v1, Kind=AdmissionReview`;
  throw new ReviewError(
    `expected webhook response of ${wanted}, got ${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`,
  );
}

function requirePatch(patch: Buffer, patchType: string | undefined, mutating: boolean): void {
  const hasPatch = patch.length > 0;
  const hasType = patchType !== undefined;
  if (!mutating) {
    if (hasPatch) throw new ReviewError('validating webhook may not return response.patch');
    if (hasType) throw new ReviewError('validating webhook may not return response.patchType');
    return;
  }
  if (hasPatch && !hasType) {
    throw new ReviewError('webhook returned response.patch but not response.patchType');
  }
  if (!hasPatch && hasType) {
    throw new ReviewError('webhook returned response.patchType but not response.patch');
  }
  if (patchType === '') {
    throw new ReviewError(`webhook returned invalid response.patchType of ${goQuote(patchType)}`);
  }
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = ownValue(fields, name);
  return typeof value === 'string' ? value : '';
}
