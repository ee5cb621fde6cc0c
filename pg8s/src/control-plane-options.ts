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
