import type { Handler } from './request-context.ts';

/**
 * Paths with their handlers, of the two kinds that kube-apiserver has: those of its plain mux take any method
 * and must be met exactly (Kubernetes: `server/mux`); those of its web services take GET, with or without a
 * slash at the end, and claim what is below them (`server/handler.go`).
 */
export class PathTable {
  readonly #paths = new Map<string, Handler>();
  readonly #services = new Map<string, Handler>();
  readonly #unlisted = new Set<string>();
  readonly #claims = new Set<string>();

  /** Serves `path`, whatever the method, and lists it on `/`. */
  any(path: string, handler: Handler): void {
    this.#paths.set(path, handler);
  }

  /** Serves `path`, whatever the method, without listing it on `/`. */
  unlisted(path: string, handler: Handler): void {
    this.#paths.set(path, handler);
    this.#unlisted.add(path);
  }

  /** Serves GET of `path` and of `path/`, and lists it on `/`; claims what is below unless it is `open`. */
  service(path: string, handler: Handler, { open = false } = {}): void {
    this.#services.set(path, handler);
    if (!open) this.claim(path);
  }

  /** What nothing serves at or below `path` is a Status, where elsewhere it is a `404 page not found`. */
  claim(path: string): void {
    this.#claims.add(path);
  }

  /** The handler of a path that takes any method. */
  exact(path: string): Handler | undefined {
    return this.#paths.get(path);
  }

  /** The handler of a path that takes GET. */
  serviceAt(path: string): Handler | undefined {
    return this.#services.get(path.endsWith('/') ? path.slice(0, -1) : path);
  }

  /** Whether the path, or one above it, was claimed. */
  isClaimed(path: string): boolean {
    if (this.#claims.has(path)) return true;
    for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
      if (this.#claims.has(path.slice(0, end))) return true;
    }
    return false;
  }

  /** All paths that `/` lists. */
  listed(): string[] {
    return [...this.#paths.keys(), ...this.#services.keys()].filter((path) => !this.#unlisted.has(path));
  }
}
