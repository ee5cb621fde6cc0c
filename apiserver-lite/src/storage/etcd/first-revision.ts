/**
 * The revision at which the first watch cache of a connection was loaded. kube-apiserver loads all of its
 * caches when it starts, so that their history begins then; here a cache that is loaded later reaches back to
 * that revision when somebody asks for it.
 */
export class FirstRevision {
  #value = 0;

  /** 0: nothing was loaded yet. */
  get value(): number {
    return this.#value;
  }

  /** A cache was loaded at `revision`; only the first counts. */
  loaded(revision: number): void {
    if (this.#value === 0) this.#value = revision;
  }
}
