/** The cause of a Conflict where a precondition does not hold (Kubernetes: `storage.NewInvalidObjError`). */
export function failedPrecondition(key: string, cause: string): string {
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${cause}`;
}
