/** A `meta/v1.Status` of a failure. */
export interface Status {
  kind?: string;
  apiVersion?: string;
  status?: string;
  code?: number;
  reason?: string;
  message?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

/** The API answered with a failure; `message` is the server's own. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** HTTP status. */
  readonly code: number;
  /** Kubernetes: `metav1.StatusReason`; empty where the answer was no Status. */
  readonly reason: string;
  readonly status: Status;
  /**
   * How long the server asks to wait, where it did nothing because it is busy, stops or starts.
   */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, status: Status, retryAfterMs?: number) {
    super(status.message ?? `the server answered ${code}`);
    this.code = code;
    this.reason = status.reason ?? '';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The least time to wait, for a server that says "at once". */
const leastRetryMs = 100;

/** How long to wait, in milliseconds, before trying a busy server again; undefined for any other failure. */
export const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof ApiError && error.retryAfterMs !== undefined
    ? Math.max(leastRetryMs, error.retryAfterMs)
    : undefined;

/** The object does not exist, or the resource is not served. */
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;

/** Another client changed the object since it was read, or a precondition does not hold. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason !== 'AlreadyExists';

/** An object of this name exists. */
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists';

/** The resourceVersion or continue token is too old: list again. */
export const isExpired = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

/** Refused by validation. */
export const isInvalid = (error: unknown): boolean => error instanceof ApiError && error.code === 422;

/** The object cannot be created because its namespace is being deleted. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 403 &&
  (error.status.details?.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating');
