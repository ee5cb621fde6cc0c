import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import type { Resource } from '../runtime/client/resource.ts';
import type { ControllerContext } from '../runtime/context.ts';
import type { Worker } from '../runtime/part.ts';

/** How many objects a controller works on at a time. */
export type Workers =
  /** kube-controller-manager has no flag for it. */
  | { readonly count: number }
  /**
   * Its flag `concurrent-…-syncs`, the flag's default, and what the objects are, to complete "… at a time.".
   */
  | { readonly count: number; readonly flag: string; readonly objects: string };

/** What a controller is made with. */
export interface CreateOptions<Settings> {
  workers: number;
  settings: Settings;
  /** Whether the controller manager runs the controller of this name. */
  isEnabled(name: string): boolean;
  /** The certificate authority of the kubeconfig (PEM); undefined where it names none. */
  clusterCa(): string | undefined;
}

/**
 * All that is said about one controller. Flags, `--controllers`, the help, docs/controllers.md and the
 * controller manager follow from it: to add a controller, add its folder and its row.
 */
export interface ControllerRow<Name extends string, Settings extends object> {
  /** kube-controller-manager's name for it, in `--controllers` and in logs. */
  readonly name: Name;
  /** What it does, one sentence for docs/controllers.md. */
  readonly summary: string;
  /** The flag that decides whether it runs, beside `--controllers`; boolean, one of `flags`. */
  readonly enabledBy?: string;
  /**
   * The service account as which kube-controller-manager runs it with `--use-service-account-credentials`, in
   * the namespace `kube-system`.
   */
  readonly serviceAccount: string;
  /** `source.component` of its events. */
  readonly eventSource: string;
  readonly workers: Workers;
  /** Whether only one process at a time runs it. */
  readonly isLeaderElected: boolean;
  /** What it must be able to list before it starts. A test compares this with what it asks for. */
  readonly resources: readonly Resource[];
  /** Its own flags, `concurrent-…-syncs` excepted. */
  readonly flags: readonly ComponentFlag[];
  /** Its settings from its flags. */
  readSettings(flags: FlagReader): Settings;
  /** Undefined: there is nothing for it to do. */
  create(context: ControllerContext, options: CreateOptions<Settings>): Worker | undefined;
}

/** Checks a row and keeps its types. */
export function controllerRow<const Name extends string, Settings extends object>(
  row: ControllerRow<Name, Settings>,
): ControllerRow<Name, Settings> {
  return row;
}

/** For controllers that have no settings. */
export const noSettings = { flags: [], readSettings: () => ({}) } as const;
