import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import type { Logger } from 'pino';
import type { AdmissionConfiguration, DefaultTolerations } from './admission/plugin.ts';
import type { EncryptedResources } from './encryption/encryption-configuration.ts';
import type { AuditOptions } from './audit/audit-options.ts';
import type { PluginSelection } from './admission/plugin-table.ts';
import type { ServiceAccountOptions } from './authentication/service-account/token-options.ts';
import type { RequestHeaderOptions } from './authentication/request-header.ts';
import type { WebhookTokenOptions } from './authentication/webhook-token.ts';
import type { TokenLookup } from './authentication/token-file.ts';
import type { KubeletClientOptions } from './registry/core/pod/kubelet/kubelet-client.ts';
import type { RuntimeConfig } from './registry/runtime-config.ts';
import type { ComponentProbe } from './registry/core/component-status/component-status-rest.ts';

/** An authorizer of kube-apiserver's `--authorization-mode`. */
export type AuthorizationMode = 'AlwaysAllow' | 'AlwaysDeny' | 'Node' | 'RBAC';

/** How values are encrypted in the store (`--encryption-provider-config`). */
export interface EncryptionOptions {
  readonly resources: readonly EncryptedResources[];
  /** The file that is looked at again and again, and read when it has changed. */
  readonly reloadFile?: string;
}

/** How extension servers are called. */
export interface AggregatorOptions {
  /** PEM: what proves to extension servers that the API server asks (`--proxy-client-*`). */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** `--enable-aggregator-routing`. Default false. */
  routesToEndpoints?: boolean;
  /** `--aggregator-reject-forwarding-redirect`. Default true. */
  rejectsRedirects?: boolean;
}

/** What an API server is built from, whether it listens or not. */
export interface ApiserverOptions {
  /** Stays open when the server closes. */
  etcd: EtcdClient;
  /** Other etcds for some resources (`--etcd-servers-overrides`), by storage prefix; they stay open too. */
  etcdOverrides?: ReadonlyMap<string, EtcdClient>;
  /** What `/flagz` shows: every flag with its value. Default: none. */
  flags?: Readonly<Record<string, string>>;
  /**
   * IP at which others reach this server: the endpoint of the `kubernetes` Service. Default: the bind
   * address.
   */
  advertiseAddress?: string;
  /** Host name of this server in discovery documents. Default: the address that it listens on. */
  externalHostname?: string;
  /** PEM: who signs client certificates. */
  clientCa?: string | Buffer;
  /** Whose word is taken for who a user is. Default: nobody's. */
  requestHeader?: RequestHeaderOptions;
  /** How Services behind APIServices and webhooks are called. */
  aggregator?: AggregatorOptions;
  /** Static bearer tokens (`parseTokenFile`). */
  tokens?: TokenLookup;
  /** Whether tokens in Secrets of kube-system let nodes join. Default false. */
  bootstrapTokens?: boolean;
  /** Who else is asked about tokens. Default: nobody. */
  webhookTokens?: WebhookTokenOptions;
  /**
   * Tokens of service accounts; without it there are none. @throws TokenKeyError for keys that cannot be
   * used.
   */
  serviceAccounts?: ServiceAccountOptions;
  /** Default true; false where AlwaysAllow is among the authorization modes. */
  anonymousAuth?: boolean;
  /** Asked in order. Default Node, RBAC. */
  authorizationModes?: readonly AuthorizationMode[];
  /**
   * Whether `system:kube-controller-manager` may do what its controllers' accounts may. Default false, as in
   * stock clusters.
   */
  controllersShareOneIdentity?: boolean;
  /**
   * The parts that run beside it (`RegistryOptions.actors`); absent: not known, and nobody is warned of what
   * they leave undone.
   */
  actors?: readonly string[];
  /** Whether FlowSchemas and PriorityLevelConfigurations are obeyed. Default true. */
  priorityAndFairness?: boolean;
  /** Default 400. */
  maxRequestsInflight?: number;
  /** Default 200. */
  maxMutatingRequestsInflight?: number;
  /** Default 60 s. */
  requestTimeoutMs?: number;
  /** Default 1800. */
  minRequestTimeoutSeconds?: number;
  /** Where objects are kept in etcd. Default `/registry`. */
  etcdPrefix?: string;
  /** Form of stored values. Default protobuf. */
  storageMediaType?: 'application/vnd.kubernetes.protobuf' | 'application/json';
  /** How often old revisions are compacted; 0: somebody else compacts. Default 5 minutes. */
  etcdCompactionIntervalMs?: number;
  /** How long `/healthz` and `/livez` wait for etcd. Default 2 s. */
  etcdHealthTimeoutMs?: number;
  /** How long `/readyz` waits for etcd. Default 2 s. */
  etcdReadyTimeoutMs?: number;
  /** For how long events share one lease. Default 60. */
  leaseReuseSeconds?: number;
  /** For how long `/livez` does not mind that the server still starts. Default 0. */
  livezGracePeriodMs?: number;
  /** Whether the endpoints of the `kubernetes` Service are written. Default true. */
  writesEndpoints?: boolean;
  /**
   * Admission plugins that run or do not, by kube-apiserver's names. Default: those that run there by
   * default.
   */
  admissionPlugins?: PluginSelection;
  /** `--admission-control-config-file`. */
  admissionConfiguration?: AdmissionConfiguration;
  /** How values are encrypted in the store. Default: not at all. */
  encryption?: EncryptionOptions;
  /** What of the requests is recorded. Default: nothing. */
  audit?: AuditOptions;
  serviceClusterIpRange?: string;
  serviceNodePortRange?: string;
  eventTtlSeconds?: number;
  /** How many objects of a collection are deleted at a time. Default 16. */
  deleteCollectionWorkers?: number;
  /** How long Pods that do not say otherwise stay on nodes that fail. Default 300 s for both. */
  defaultTolerations?: DefaultTolerations;
  runtimeConfig?: RuntimeConfig;
  /**
   * How kubelets are called. Default: without a certificate, at the addresses that kube-apiserver prefers.
   */
  kubelet?: KubeletClientOptions;
  /**
   * How the parts are for `kubectl get componentstatuses`; default: their health ports on this machine are
   * asked.
   */
  componentProbes?: Partial<Record<'controller-manager' | 'scheduler', ComponentProbe>>;
  log: Logger;
}

/** The port that an API server opens. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  bindAddress?: string;
  /** 0: any free port. Default 6443. */
  securePort?: number;
  /** The serving certificate, PEM, and the limits of TLS; without them those of Node from TLS 1.2 on. */
  tls: {
    cert: string | Buffer;
    key: string | Buffer;
    minVersion?: 'TLSv1.2' | 'TLSv1.3';
    ciphers?: string;
    ecdhCurve?: string;
  };
  /** Several servers may listen on the port (SO_REUSEPORT). */
  reusePort?: boolean;
  /** Default true; false: HTTP/1.1 only. */
  http2?: boolean;
  /** Most requests at once on an HTTP/2 connection. Default 250. */
  http2MaxStreams?: number;
  /** How long `close()` waits for requests under way. */
  drainTimeoutMs?: number;
}

/** An API server that is built and listens at once. */
export interface StartOptions extends ApiserverOptions, ListenOptions {}
