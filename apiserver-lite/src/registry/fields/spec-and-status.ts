/**
 * The spec of an object, empty where it has none. Clients may leave out fields that are required in the
 * type: validation reads them like optional ones.
 */
export function specOf<Spec extends object>(object: { spec?: Spec | undefined } | undefined): Spec {
  return object?.spec ?? ({} as Spec);
}

/** The status of an object, as `specOf`. */
export function statusOf<Status extends object>(object: { status?: Status | undefined } | undefined): Status {
  return object?.status ?? ({} as Status);
}
