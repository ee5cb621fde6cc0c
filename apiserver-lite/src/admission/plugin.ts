import type { Authorizer } from '../authorization/authorizer.ts';
import type { Logger } from 'pino';
import type { AdmissionMetrics } from '../metrics/admission-metrics.ts';
import type { OutgoingClient } from '../outgoing/outgoing-client.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { TrackServerWrite } from '../registry/server-writes.ts';
import type { ResourceStorage } from '../storage/storage.ts';
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts';
import type { FollowDependencies } from './follow-later.ts';

/** One admission plugin: refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  /** The operations that it wants to see. */
  readonly operations: readonly AdmissionOperation[];
  /** Mutating phase: may change `object`; runs before the strategy sees it, and for deletions too. */
  admit?(attributes: AdmissionAttributes): Promise<void> | void;
  /** Validating phase: sees the object as it would be stored. */
  validate?(attributes: AdmissionAttributes): Promise<void> | void;
  /**
   * Begins to follow what it looks up; resolves when that is loaded. Called when the server starts. Requests
   * may come before, or in a server that is never started: they wait for what they need.
   */
  start?(): Promise<void>;
}

/** How long Pods that do not say otherwise stay on nodes that fail. */
export interface DefaultTolerations {
  /** `--default-not-ready-toleration-seconds`. */
  notReadySeconds: number;
  /** `--default-unreachable-toleration-seconds`. */
  unreachableSeconds: number;
}

/** What plugins are configured with, by their names, as read from YAML. */
export type AdmissionConfiguration = Readonly<Record<string, unknown>>;

/** What plugins are built from; each names in its own type what it needs of these. */
export interface PluginDependencies extends FollowDependencies {
  /** The stored objects of a resource, by its group and plural name. */
  storageOf(group: string, resource: string): ResourceStorage;
  authorizer: Authorizer;
  /** In [0, 1). */
  random: () => number;
  /** Default 300 s for both. */
  defaultTolerations?: DefaultTolerations;
  /** What is served: kinds, versions, and how objects are converted between them. */
  resources: ServedResources;
  /** Calls webhooks. */
  client: OutgoingClient;
  metrics: AdmissionMetrics;
  /** Records who owns what a plugin writes. */
  trackServerWrite: TrackServerWrite;
  log: Logger;
  /** Creates a namespace in the name of the server; may throw a StatusError. */
  createNamespace(name: string): Promise<void>;
  /** Default: nothing is configured. */
  configuration?: AdmissionConfiguration;
}
