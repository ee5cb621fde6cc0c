/** Decides whether writes are let in at all, for reasons that have nothing to do with what they write. */
export interface WriteGate {
  /**
   * Asked before every write; `addedBytes` is about how much the database will grow by it, 0 for what only
   * deletes. Rejects with `noSpace` or `corrupt`. Undefined, the usual answer, without a wait: let it in.
   */
  checkAccess(addedBytes: number): Promise<void> | undefined;
}

/** For stores without alarms. */
export const openGate: WriteGate = { checkAccess: () => undefined };
