/**
 * Failures as the API reports them: `Status` objects with kube-apiserver's codes, reasons and words
 * (Kubernetes: `apimachinery/pkg/api/errors`, `meta/v1.Status`).
 */

import { goQuote } from '@pg8s/k8s-proto/go-quote';

export interface GroupResource {
  group: string;
  resource: string;
}

export interface GroupKind {
  group: string;
  kind: string;
}

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: StatusReason;
  details?: StatusDetails;
  code: number;
}

export type StatusReason =
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'Unknown';

/** Thrown anywhere under a handler; the response is its `status` with its code. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(code: number, reason: StatusReason | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details: wellFormed(details) }),
      code,
    };
  }
}

/** JSON has no name for a byte that is no UTF-8 (`RequestTarget.path`). */
function wellFormed(details: StatusDetails): StatusDetails {
  const { name } = details;
  return name === undefined || name.isWellFormed() ? details : { ...details, name: name.toWellFormed() };
}

/** Whether `error` is a StatusError of that reason. */
export function isReason(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.status.reason === reason;
}

/** `deployments.apps`; the core group adds nothing. */
export function groupResourceName({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function objectDetails({ group, resource }: GroupResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(resource === '' ? {} : { kind: resource }),
  };
}

/** 404, when there is no object of that name. */
export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${groupResourceName(resource)} ${goQuote(name)} not found`,
    objectDetails(resource, name),
  );
}

/** 409, when the name of a new object is taken. */
export function alreadyExists(resource: GroupResource, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${groupResourceName(resource)} ${goQuote(name)} already exists`,
    objectDetails(resource, name),
  );
}

export const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409, when the object is not as the request expects it; `cause` says how. */
export function conflict(resource: GroupResource, name: string, cause: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResourceName(resource)} ${goQuote(name)}: ${cause}`,
    objectDetails(resource, name),
  );
}

/** 403; `cause` says what is denied, and why. */
export function forbidden(resource: GroupResource, name: string, cause: string): StatusError {
  const subject = groupResourceName(resource);
  const message =
    resource.resource === ''
      ? `forbidden: ${cause}`
      : name === ''
        ? `${subject} is forbidden: ${cause}`
        : `${subject} ${goQuote(name)} is forbidden: ${cause}`;
  return new StatusError(403, 'Forbidden', message, objectDetails(resource, name));
}

/** 401, when a request cannot be authenticated. */
export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** 400, when a request cannot be read. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** One finding of validation (Kubernetes: `util/validation/field.Error`); `message` is without the field. */
export interface FieldError {
  field: string;
  reason:
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  /** E.g. `Invalid value: "A": must be lower case`, `Required value`. */
  message: string;
}

/** 422 with every cause at once: `Deployment.apps "x" is invalid: spec.selector: Required value`. */
export function invalid(
  { group, kind }: GroupKind,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${qualified} ${goQuote(name)} is invalid: ${allOf(errors)}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  });
}

/** 500, where a handler hands on that fields are wrong without calling the object invalid. */
export function unexplained(errors: readonly FieldError[]): StatusError {
  return new StatusError(500, undefined, allOf(errors));
}

function allOf(errors: readonly FieldError[]): string {
  const lines = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return lines.length === 1 ? lines[0]! : `[${lines.join(', ')}]`;
}

/** 405, when the resource does not have the verb. */
export function methodNotAllowed(resource: GroupResource, verb: string): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind "${groupResourceName(resource)}"`,
    objectDetails(resource, ''),
  );
}

/** 410: the revision a client wants to continue from was compacted. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** 504 with a retry hint. */
export function timeout(message: string, retryAfterSeconds: number, causes?: StatusCause[]): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: ${message}`, {
    ...(causes === undefined ? {} : { causes }),
    retryAfterSeconds,
  });
}

/** 504, when the cache has not seen the wanted resourceVersion in time; clients retry after a second. */
export function tooLargeResourceVersion(wanted: number, current: number): StatusError {
  return timeout(`Too large resource version: ${wanted}, current: ${current}`, 1, [
    { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' },
  ]);
}

/** 429; `retryAfterSeconds` 0: without advice when to retry. */
export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  const details = retryAfterSeconds === 0 ? {} : { retryAfterSeconds };
  return new StatusError(429, 'TooManyRequests', message, details);
}

/** 500, with the message of `cause`. */
export function internalError(cause: unknown): StatusError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  });
}

/** 503. */
export function serviceUnavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message);
}

/** 413, when the body of a request is too large. */
export function requestEntityTooLarge(message: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', message);
}

/** 415, when the body of a request is of a media type that is not accepted. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** 406, when none of the media types that a client accepts is served. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${accepted.join(', ')}`,
  );
}

/** 406 of what has its answer in some forms only, such as `/version`. */
export function notAcceptableHere(available: readonly string[]): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`,
    {},
  );
}

/** 404 for a group, version or resource that is not served at all. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}
