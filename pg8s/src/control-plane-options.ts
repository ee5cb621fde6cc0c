import type { Logger } from 'pino';

/** Flags passed on to the parts of a control plane, each as `name=value`, without dashes. */
export interface PartArgs {
  /** etcd's. */
  etcdArgs?: readonly string[];
  /** kube-apiserver's. */
  kubeApiserverArgs?: readonly string[];
  /** kube-controller-manager's. */
  kubeControllerManagerArgs?: readonly string[];
  /** kube-scheduler's. */
  kubeSchedulerArgs?: readonly string[];
}

/** A PostgreSQL server of this process, for several control planes. */
export interface SharedPostgres {
  /** `18.4` */
  readonly version: string;
  /** Settles when the server ends by itself: with what it said last. */
  readonly failed: Promise<Error>;
  /**
   * Makes the database `name` (small letters, digits and `_`) where it is missing, and resolves to its URL,
   * which is good in this process only.
   */
  createDatabase(name: string): Promise<string>;
  /** Drops the database `name`, with the connections that it still has. */
  dropDatabase(name: string): Promise<void>;
  /** Stops the server, after the control planes on it are closed. A temporary data directory is removed. */
  stop(): Promise<void>;
  /** `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where and how `startPostgres` starts a server. */
export interface SharedPostgresOptions {
  /** Default: a temporary folder, which is removed by `stop`, or when this process ends. */
  dataDir?: string;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Readonly<Record<string, string>>;
  /** A pino logger. Default: nothing is logged. */
  log?: Logger;
}

/** What `startControlPlane` starts, and where. Everything has a default. */
export interface ControlPlaneOptions extends PartArgs {
  /**
   * Holds `postgres/`, `pki/`, `kubeconfig` and `etcdctl.env`; made when missing. Default: a temporary
   * folder, which is removed by `close`, or when this process ends.
   */
  dataDir?: string;
  /** Where the API listens. Default 0: any free port. */
  securePort?: number;
  /** Where the etcd API listens. Default 0: any free port. */
  etcdPort?: number;
  /** Address of both. Default 127.0.0.1. */
  bindAddress?: string;
  /**
   * A PostgreSQL server to use instead of the embedded one: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
   */
  postgresUrl?: string;
  /** A server from `startPostgres`, which several control planes share, each with a database of its own. */
  postgres?: SharedPostgres;
  /**
   * The name of the database on `postgres`, made when missing; it stays. Default: a new one, which `close`
   * drops.
   */
  database?: string;
  /** Simulated nodes. Default 1. */
  nodes?: number;
  /** A pino logger. Default: nothing is logged. */
  log?: Logger;
  /** Called when a part is up: `postgres`, `etcd`, `apiserver`, `controllers`. */
  onUp?: (part: string, detail: string) => void;
}

/** A whole cluster in this process. */
export interface ControlPlane {
  /** URL of the Kubernetes API: `https://127.0.0.1:6443`. */
  server: string;
  /** URLs of the etcd API. */
  etcdEndpoints: readonly string[];
  /** Path of a kubeconfig with the rights of `system:masters`. */
  kubeconfigFile: string;
  /** Path of a shell script that sets the environment for etcdctl. */
  etcdctlEnvFile: string;
  /** The text of `kubeconfigFile`, YAML. */
  kubeconfig: string;
  /** Settles when a part ended that should not have. */
  failed: Promise<Error>;
  /** Drains and stops everything, PostgreSQL last. `remove`: removes the data directory as well. */
  close(options?: { remove?: boolean }): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
