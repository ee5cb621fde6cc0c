import type { Pod } from '../../../runtime/client/resource.ts';
import { type CycleState, stateKey } from '../cycle-state.ts';
import type { PluginWith, PreBind } from '../plugin.ts';
import type { Profile } from '../profile.ts';
import { errorStatus, isRejected, skip, Status } from '../status.ts';

/** The plugins with work to do before the binding: those that did not skip at PreBindPreFlight. */
const preBindPlugins = stateKey<readonly PluginWith<PreBind>[]>('PreBindPlugins');

/** The longest that a Permit plugin may hold a binding back (kube-scheduler: `maxTimeout`). */
const longestWaitMs = 15 * 60 * 1000;

/**
 * Reserves what the Pod uses; the caller unreserves when one refuses (kube-scheduler:
 * `RunReservePluginsReserve`).
 */
export function runReservePlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodeName: string,
): Status | undefined {
  for (const plugin of at.reserve) {
    const status = plugin.reserve(state, pod, nodeName);
    if (status !== undefined) return refused('Reserve', plugin.name, status);
  }
  return undefined;
}

/** Gives back what was reserved, in the opposite order (kube-scheduler: `RunReservePluginsUnreserve`). */
export function runUnreservePlugins({ at }: Profile, state: CycleState, pod: Pod, nodeName: string): void {
  for (const plugin of at.reserve.toReversed()) plugin.unreserve(state, pod, nodeName);
}

/** What the Permit plugins said. */
export interface PermitOutcome {
  /** Absent: the binding may go on. `Wait`: when the plugins of `waitMs` allow it. */
  readonly status?: Status;
  /** How long each plugin waits at most. */
  readonly waitMs: ReadonlyMap<string, number>;
}

/** Calls the Permit plugins (kube-scheduler: `RunPermitPlugins`). */
export function runPermitPlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodeName: string,
): PermitOutcome {
  const waitMs = new Map<string, number>();
  for (const plugin of at.permit) {
    const { status, timeoutMs = 0 } = plugin.permit(state, pod, nodeName);
    if (status === undefined) continue;
    if (status.code !== 'Wait')
      return { status: refused('Permit', plugin.name, status).from(plugin.name), waitMs: new Map() };
    waitMs.set(plugin.name, Math.min(timeoutMs, longestWaitMs));
  }
  if (waitMs.size === 0) return { waitMs };
  const reasons = ['one or more plugins asked to wait and no plugin rejected pod'];
  return { status: new Status('Wait', { reasons }), waitMs };
}

/**
 * Leaves in `state` which plugins have work to do before the binding (kube-scheduler:
 * `RunPreBindPreFlights`). Answers with what failed.
 */
export function runPreBindPreFlights(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodeName: string,
): Status | undefined {
  const busy: PluginWith<PreBind>[] = [];
  for (const plugin of at.preBind) {
    const status = plugin.preBindPreFlight(state, pod, nodeName);
    if (status === undefined) busy.push(plugin);
    else if (status.code !== 'Skip')
      return errorStatus(new Error(`running PreBindPreFlight "${plugin.name}": ${status.asError().message}`));
  }
  state.write(preBindPlugins, busy);
  return undefined;
}

/** Whether a plugin has work to do before the binding. */
export function hasPreBindWork(state: CycleState): boolean {
  return state.read(preBindPlugins).length > 0;
}

/**
 * Has the work done that comes before the binding, all of it at the same time (kube-scheduler:
 * `RunPreBindPlugins`).
 */
export async function runPreBindPlugins(
  state: CycleState,
  pod: Pod,
  nodeName: string,
  signal: AbortSignal,
): Promise<Status | undefined> {
  const results = await Promise.all(
    state.read(preBindPlugins).map(async (plugin) => {
      const status = await plugin.preBind(state, pod, nodeName, signal);
      return status === undefined ? undefined : refused('PreBind', plugin.name, status);
    }),
  );
  return results.find((status) => status !== undefined);
}

/**
 * Binds the Pod by the first plugin that does not leave it to the next (kube-scheduler: `RunBindPlugins`).
 */
export async function runBindPlugins(
  { at }: Profile,
  state: CycleState,
  pod: Pod,
  nodeName: string,
): Promise<Status | undefined> {
  for (const plugin of at.bind) {
    const status = await plugin.bind(state, pod, nodeName);
    if (status?.code === 'Skip') continue;
    return status === undefined ? undefined : refused('Bind', plugin.name, status);
  }
  return skip;
}

/** Calls the PostBind plugins of a Pod that is bound (kube-scheduler: `RunPostBindPlugins`). */
export function runPostBindPlugins({ at }: Profile, state: CycleState, pod: Pod, nodeName: string): void {
  for (const plugin of at.postBind) plugin.postBind(state, pod, nodeName);
}

/** A rejection as the plugin gave it, or a failure with what was running. */
function refused(point: string, plugin: string, status: Status): Status {
  if (isRejected(status)) return status.from(plugin);
  const { message } = status.asError();
  return errorStatus(new Error(`running ${point} plugin "${plugin}": ${message}`, { cause: status.error }));
}
