import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf } from '@pg8s/k8s-proto/scheme';
import type { RequestContext } from '../../../http/request-context.ts';
import { badRequest, conflict, invalid, isReason } from '../../../api-errors/status-error.ts';
import type { TokenIssuer } from '../../../authentication/service-account/issue-token.ts';
import type { BoundObject, KubernetesClaims } from '../../../authentication/service-account/token-claims.ts';
import type { CreateOptions } from '../../rest.ts';
import type { StorageOf } from '../../storage-of.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { invalidValue } from '../../fields/field-errors.ts';

export interface TokenRestOptions {
  issuer: TokenIssuer;
  /** The audiences of a token, where a request names none. */
  apiAudiences: readonly string[];
  maxExpirationSeconds: number | undefined;
  extendExpiration: boolean;
  storageOf: StorageOf;
  clock: () => number;
}

interface TokenRequest extends KubeObject {
  spec?: {
    audiences?: string[] | null;
    expirationSeconds?: number;
    boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string };
  };
}

const tokenRequest = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
/** How long a token is good that nobody gave a time. */
export const defaultTokenSeconds = 3600;
const leastSeconds = 600;
const mostSeconds = 2 ** 32;
/** What kubelets ask for, in the name of Pods: an odd number, by which they are known. */
const renewedSeconds = 3607;
const extendedSeconds = 365 * 24 * 3600;

/**
 * `serviceaccounts/token`: makes a token for an account (Kubernetes:
 * `registry/core/serviceaccount/storage/token.go`).
 */
export function requestToken(options: TokenRestOptions) {
  const { issuer, apiAudiences, storageOf, clock } = options;
  return async (
    context: RequestContext,
    name: string,
    object: V1ServiceAccount,
    { validate }: CreateOptions,
  ): Promise<KubeObject> => {
    const { namespace } = context.requestInfo;
    const { spec = {}, metadata } = object as TokenRequest;
    if (metadata.name && metadata.name !== name) {
      throw invalid(tokenRequest, name, [
        invalidValue('metadata.name', metadata.name, 'must match the service account name if specified'),
      ]);
    }
    const account = await storageOf('', 'serviceaccounts').get({ namespace, name }, '');
    const { uid = '' } = account.object.metadata;
    if (metadata.uid && metadata.uid !== uid) {
      throw conflict(
        { group: tokenRequest.group, resource: tokenRequest.kind },
        name,
        `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`,
      );
    }
    const wantedSeconds = spec.expirationSeconds ?? defaultTokenSeconds;
    checkSeconds(wantedSeconds);
    const audiences = (spec.audiences ?? []).length > 0 ? (spec.audiences ?? []) : [...apiAudiences];
    const nowMs = clock();
    const request: KubeObject = {
      ...object,
      metadata: { ...metadata, name, namespace, uid, creationTimestamp: timestamp(nowMs) },
      spec: { ...spec, audiences },
    };
    // As the type has it that nobody filled in.
    request['status'] = { token: '', expirationTimestamp: null };
    await validate(request);
    const kubernetes: KubernetesClaims = {
      namespace,
      serviceaccount: { name, uid },
      ...(await boundTo(options, { namespace, account: name }, spec.boundObjectRef)),
    };
    const seconds = Math.min(wantedSeconds, options.maxExpirationSeconds ?? wantedSeconds);
    const isExtended =
      options.extendExpiration &&
      kubernetes.pod !== undefined &&
      seconds === renewedSeconds &&
      audiences.every((audience) => apiAudiences.includes(audience));
    const { token, id } = await issuer.issue({
      audiences,
      kubernetes: sortedClaims(
        isExtended ? { ...kubernetes, warnafter: Math.floor(nowMs / 1000) + seconds } : kubernetes,
      ),
      lifeSeconds: isExtended ? extendedSeconds : seconds,
      nowMs,
    });
    context.audit?.annotate('authentication.kubernetes.io/issued-credential-id', `JTI=${id}`);
    return {
      ...request,
      spec: {
        audiences,
        expirationSeconds: seconds,
        boundObjectRef: spec.boundObjectRef ?? null,
      },
      status: { token, expirationTimestamp: timestamp(nowMs + seconds * 1000) },
    };
  };
}

function checkSeconds(seconds: number): void {
  const problem =
    seconds < leastSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > mostSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (problem === undefined) return;
  throw invalid(tokenRequest, '', [invalidValue('spec.expirationSeconds', seconds, problem)]);
}

/** As Go writes them. */
function sortedClaims({
  namespace,
  node,
  pod,
  secret,
  serviceaccount,
  warnafter,
}: KubernetesClaims): KubernetesClaims {
  return {
    namespace,
    ...(node === undefined ? {} : { node }),
    ...(pod === undefined ? {} : { pod }),
    ...(secret === undefined ? {} : { secret }),
    serviceaccount,
    ...(warnafter === undefined ? {} : { warnafter }),
  };
}

/** The object that the token will stand and fall with. */
async function boundTo(
  { storageOf }: TokenRestOptions,
  { namespace, account }: { namespace: string; account: string },
  reference: NonNullable<TokenRequest['spec']>['boundObjectRef'],
): Promise<Pick<KubernetesClaims, 'pod' | 'secret' | 'node'>> {
  if (reference === undefined || reference === null) return {};
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
  const { group, version } = groupVersionOf(apiVersion);
  const resource = ownValue({ Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const, kind);
  if (group !== '' || resource === undefined) {
    const gvk = group === '' ? `/${version}` : `${group}/${version}`;
    throw badRequest(`cannot bind token to object of type ${gvk}, Kind=${kind}`);
  }
  const place = kind === 'Node' ? '' : namespace;
  const { object } = await storageOf('', resource).get({ namespace: place, name }, '');
  const found: BoundObject = { name, uid: object.metadata.uid ?? '' };
  if (kind === 'Pod') {
    const { serviceAccountName = '', nodeName } = (object.spec ?? {}) as {
      serviceAccountName?: string;
      nodeName?: string;
    };
    if (serviceAccountName !== account) {
      throw badRequest(
        `cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`,
      );
    }
    checkUid(kind, found, uid);
    const node = nodeName ? await nodeOf(storageOf, nodeName) : undefined;
    return { pod: found, ...(node === undefined ? {} : { node }) };
  }
  checkUid(kind, found, uid);
  return kind === 'Secret' ? { secret: found } : { node: found };
}

function checkUid(kind: string, found: BoundObject, wanted: string): void {
  if (wanted === '' || wanted === found.uid) return;
  throw conflict(
    { group: '', resource: kind },
    found.name,
    `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
  );
}

async function nodeOf(storageOf: StorageOf, name: string): Promise<BoundObject> {
  try {
    const { object } = await storageOf('', 'nodes').get({ namespace: '', name }, '0');
    return { name, uid: object.metadata.uid ?? '' };
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    return { name } as BoundObject;
  }
}
