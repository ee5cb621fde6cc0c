/** What a plugin says of a Pod or of a node where it is not success (kube-scheduler: `framework.Code`). */
export type Code = 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip' | 'Pending';

/**
 * The result of a plugin at an extension point (kube-scheduler: `framework.Status`). Success is `undefined`,
 * so that the common case costs nothing.
 */
export class Status {
  readonly code: Code;
  /** kube-scheduler's words, one for each reason; the message of `error` comes first. */
  readonly reasons: readonly string[];
  /** What went wrong; for a Pod that fits on no node, a `FitError`. */
  readonly error: Error | undefined;
  /** The plugin that gave this status; the framework fills it in. */
  readonly plugin: string | undefined;

  constructor(
    code: Code,
    {
      reasons = [],
      error,
      plugin,
    }: { reasons?: readonly string[]; error?: Error | undefined; plugin?: string | undefined } = {},
  ) {
    this.code = code;
    this.reasons = error === undefined ? reasons : [error.message, ...reasons];
    this.error = error;
    this.plugin = plugin;
  }

  /** All reasons in one line. */
  get message(): string {
    return this.reasons.join(', ');
  }

  /** The same status, given by `plugin`. */
  from(plugin: string): Status {
    if (this.plugin === plugin) return this;
    const reasons = this.error === undefined ? this.reasons : this.reasons.slice(1);
    return new Status(this.code, { reasons, error: this.error, plugin });
  }

  /** What to report as an error: the error itself, or one made of the reasons. */
  asError(): Error {
    return this.error ?? new Error(this.message);
  }
}

/** The node cannot take the Pod now; removing other Pods may help. */
export function unschedulable(...reasons: string[]): Status {
  return new Status('Unschedulable', { reasons });
}

/** The node cannot take the Pod, and removing other Pods does not help. */
export function unresolvable(...reasons: string[]): Status {
  return new Status('UnschedulableAndUnresolvable', { reasons });
}

/** Something failed that has nothing to do with the Pod or its nodes. */
export function errorStatus(error: unknown): Status {
  return new Status('Error', { error: error instanceof Error ? error : new Error(String(error)) });
}

/** The plugin has nothing to do for the Pod: its following extension point is not called. */
export const skip = new Status('Skip');

/**
 * Whether a plugin refused the Pod or the node, as opposed to having failed (kube-scheduler:
 * `Status.IsRejected`).
 */
export function isRejected(status: Status): boolean {
  return (
    status.code === 'Unschedulable' ||
    status.code === 'UnschedulableAndUnresolvable' ||
    status.code === 'Pending'
  );
}
