import { notAcceptable, notAcceptableHere } from '../../api-errors/status-error.ts';
import { parseAccept, type AcceptClause } from './accept.ts';
import { mediaTypes, type MediaType } from './media-types.ts';

/** The version of `meta.k8s.io` whose Table or PartialObjectMetadata is wanted. */
export type MetaVersion = 'v1' | 'v1beta1';

/** What the client wants to see of an object (Kubernetes: KEP-0876, `as=…` of the Accept header). */
export interface Transform {
  kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  version: MetaVersion;
}

/** The outcome of a negotiation. */
export interface OutputFormat {
  mediaType: MediaType;
  /** Absent: the object itself. */
  transform?: Transform;
}

/** What an endpoint can offer. */
export interface OutputConstraints {
  /**
   * Whether partial objects may be asked for, and Tables, too; Status objects and discovery have neither.
   */
  transforms: 'none' | 'metadata' | 'all';
  /** Media types that carry a stream of watch events. */
  stream?: boolean;
  /**
   * Whether the path is one of a resource, which has its answers in these forms only; of a collection that is
   * read, also as streams.
   */
  route?: 'object' | 'collection';
  /** Custom resources have no protobuf form of their own. */
  protobuf?: boolean;
}

/**
 * Picks the answer's form from the Accept header: the first clause, by preference, that can be had. Throws
 * 406. (Kubernetes: `endpoints/handlers/negotiation`.)
 */
export function negotiateOutput(accept: string | undefined, constraints: OutputConstraints): OutputFormat {
  if (accept === undefined || accept === '') return { mediaType: 'application/json' };
  if (constraints.route !== undefined) ensureRepresentable(accept, constraints.route);
  for (const clause of parseAccept(accept)) {
    for (const mediaType of mediaTypes) {
      if (!covers(clause, mediaType)) continue;
      const format = accepted(clause, mediaType, constraints);
      if (format === undefined) continue;
      if (constraints.stream === true && mediaType === 'application/yaml') throw notAcceptableStream();
      return format;
    }
  }
  throw constraints.stream === true ? notAcceptableStream() : notAcceptable(mediaTypes);
}

/** Whether an Accept header names one of the forms of objects as it is, or any. */
export function isRepresentable(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  const named = accept.split(',').map((entry) => entry.split(';', 1)[0]!.trim());
  return named.some((name) => name === '*/*' || mediaTypes.some((type) => type === name));
}

/**
 * Before anything else, one of the forms must be named as it is, or any: 406 in the words of kube-apiserver's
 * router.
 */
function ensureRepresentable(accept: string, route: 'object' | 'collection'): void {
  if (isRepresentable(accept)) return;
  const streams = mediaTypes
    .filter((type) => type !== 'application/yaml')
    .map((type) => `${type};stream=watch`);
  throw notAcceptableHere(route === 'object' ? mediaTypes : [...mediaTypes, ...streams]);
}

function notAcceptableStream(): Error {
  return notAcceptable(
    mediaTypes.filter((type) => type !== 'application/yaml').map((type) => `${type};stream=watch`),
  );
}

function covers({ type, subtype }: AcceptClause, mediaType: MediaType): boolean {
  if (type === '*') return subtype === '*';
  const slash = mediaType.indexOf('/');
  if (type !== mediaType.slice(0, slash)) return false;
  return subtype === '*' || subtype === mediaType.slice(slash + 1);
}

function accepted(
  { parameters }: AcceptClause,
  mediaType: MediaType,
  constraints: OutputConstraints,
): OutputFormat | undefined {
  const stream = parameters.get('stream');
  if (stream !== undefined && stream !== '' && (stream !== 'watch' || mediaType === 'application/yaml')) {
    return undefined;
  }
  const serverVersion = parameters.get('sv');
  if (serverVersion !== undefined && serverVersion !== '' && serverVersion !== 'v1') return undefined;

  const kind = parameters.get('as');
  const version = parameters.get('v');
  const group = parameters.get('g');
  if (kind === undefined && version === undefined && group === undefined) {
    const refused = mediaType === 'application/vnd.kubernetes.protobuf' && constraints.protobuf === false;
    return refused ? undefined : { mediaType };
  }
  if (constraints.transforms === 'none' || group !== 'meta.k8s.io') return undefined;
  if (version !== 'v1' && version !== 'v1beta1') return undefined;
  switch (kind) {
    case 'Table':
      if (constraints.transforms !== 'all' || mediaType === 'application/vnd.kubernetes.protobuf') {
        return undefined;
      }
      return { mediaType, transform: { kind, version } };
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return { mediaType, transform: { kind, version } };
    default:
      return undefined;
  }
}
