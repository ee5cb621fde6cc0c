import type { Logger } from 'pino';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Pod } from '../../runtime/client/resource.ts';
import type { ClusterEvent } from '../framework/events/cluster-event.ts';
import { podSchedulingChanges } from '../framework/events/scheduling-changes.ts';
import type { Profile } from '../framework/profile.ts';
import { ActiveQueue } from './active-queue.ts';
import { BackoffQueue } from './backoff-queue.ts';
import { InFlightEvents } from './in-flight-events.ts';
import { QueuedPod } from './queued-pod.ts';
import { type ObservedEvent, QueueingHints, type Requeueing } from './queueing-hints.ts';
import { UnschedulablePods } from './unschedulable-pods.ts';

/** What a scheduling queue needs. */
export interface SchedulingQueueOptions {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The plugins that rejected a Pod; empty where an error brought it back. */
export interface Rejectors {
  readonly unschedulablePlugins: ReadonlySet<string>;
  readonly pendingPlugins: ReadonlySet<string>;
}

/**
 * Pods that wait for a node (kube-scheduler: `backend/queue.PriorityQueue`).
 *
 *     add ──► active ──pop──► in flight ──done──► (bound)
 *               ▲                 │ returnPod
 *               │                 ▼
 *            backoff ◄──move── unschedulable
 *
 * A rejected Pod waits as unschedulable until an event that one of its rejecting plugins takes for helpful
 * (`move`), then for the end of its backoff. Pods that PreEnqueue plugins keep out wait as unschedulable too.
 * Holds each pending Pod once: that is its bound.
 */
export class SchedulingQueue {
  readonly #profile: Profile;
  readonly #clock: Clock;
  readonly #hints: QueueingHints;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: ActiveQueue;
  readonly #backoff: BackoffQueue;
  readonly #unschedulable: UnschedulablePods;
  readonly #inFlight = new InFlightEvents();
  #closed = false;

  constructor({ profile, clock, log }: SchedulingQueueOptions) {
    this.#profile = profile;
    this.#clock = clock;
    this.#hints = new QueueingHints(profile, log);
    this.#active = new ActiveQueue(profile.at.queueSort[0]!, (pod) => {
      pod.attempts++;
      this.#inFlight.begin(pod);
    });
    this.#backoff = new BackoffQueue(clock, (pod) => this.#moveToActive(pod));
    this.#unschedulable = new UnschedulablePods(clock, (pod) => this.#requeue(pod, 'after backoff'));
  }

  /** A Pod without a node appeared. */
  add(pod: Pod): void {
    const queued = new QueuedPod(pod, this.#clock.monotonicMs());
    this.delete(pod);
    this.#pods.set(queued.uid, queued);
    this.#moveToActive(queued);
  }

  /** A Pod without a node changed. What changed may make it schedulable. */
  update(before: Pod, after: Pod): void {
    const queued = this.#pods.get(after.metadata.uid ?? '');
    if (queued === undefined) {
      this.add(after);
      return;
    }
    if (this.#active.update(queued, () => void (queued.pod = after))) return;
    queued.pod = after;
    const events = podSchedulingChanges(before, after).map((event) => ({ event, before, after }));
    if (this.#inFlight.has(queued)) {
      for (const event of events) this.#inFlight.add(event);
      return;
    }
    if (!this.#unschedulable.has(queued)) return;
    const helpful = events
      .map((event) => this.#hints.requeueing(queued, event))
      .find((requeueing) => requeueing !== 'skip');
    if (helpful !== undefined) this.#requeue(queued, helpful);
  }

  /** The Pod has a node, or is gone. */
  delete(pod: Pod): void {
    const queued = this.#pods.get(pod.metadata.uid ?? '');
    if (queued === undefined) return;
    this.#pods.delete(queued.uid);
    this.#leave(queued);
    this.#inFlight.end(queued);
  }

  /** The next Pod to schedule; waits for one. Undefined once closed. One taker at a time. */
  pop(): Promise<QueuedPod | undefined> {
    return this.#active.pop();
  }

  /** A Pod in flight can no longer be rejected: events need not be kept for it. */
  done(queued: QueuedPod): void {
    this.#inFlight.end(queued);
  }

  /**
   * A Pod could not be scheduled, or bound (kube-scheduler: `AddUnschedulableIfNotPresent`): it waits for an
   * event that helps against its rejectors, which may have happened already; without rejectors only for the
   * end of its backoff.
   */
  returnPod(queued: QueuedPod, { unschedulablePlugins, pendingPlugins }: Rejectors): void {
    if (this.#pods.get(queued.uid) !== queued) return;
    queued.unschedulablePlugins = unschedulablePlugins;
    queued.pendingPlugins = pendingPlugins;
    if (unschedulablePlugins.size === 0) queued.consecutiveErrors++;
    else {
      queued.unschedulableCount++;
      queued.consecutiveErrors = 0;
    }
    queued.timestampMs = this.#clock.monotonicMs();
    this.#backoff.begin(queued);
    const requeueing = this.#requeueingAfterFlight(queued);
    this.#inFlight.end(queued);
    this.#requeue(queued, requeueing);
  }

  /** Something happened that may help Pods; `mayHelp` leaves some out. */
  move(
    event: ClusterEvent,
    objects: { before?: ApiObject; after?: ApiObject },
    mayHelp: (pod: Pod) => boolean = () => true,
  ): void {
    const interested = this.#hints.interestedIn(event);
    if (interested.length === 0) return;
    const observed: ObservedEvent = { event, ...objects };
    for (const queued of this.#unschedulable.rejectedBy(interested)) {
      if (!mayHelp(queued.pod)) continue;
      const requeueing = this.#hints.requeueing(queued, observed);
      if (requeueing !== 'skip') this.#requeue(queued, requeueing);
    }
    this.#inFlight.add(observed);
  }

  /** Pods that wait, by where they do. */
  counts(): { active: number; backoff: number; unschedulable: number; inFlight: number } {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size,
      inFlight: this.#inFlight.size,
    };
  }

  /** Ends the wait of the taker; nothing moves any more. */
  close(): void {
    this.#closed = true;
    this.#active.close();
    this.#backoff.close();
    this.#unschedulable.close();
  }

  #requeueingAfterFlight(queued: QueuedPod): Requeueing {
    if (queued.unschedulablePlugins.size === 0) return 'after backoff';
    const answers = new Set(
      this.#inFlight.since(queued).map((event) => this.#hints.requeueing(queued, event)),
    );
    if (answers.has('immediately')) return 'immediately';
    return answers.has('after backoff') ? 'after backoff' : 'skip';
  }

  /** Puts a Pod where it is to wait (kube-scheduler: `requeuePodWithQueueingStrategy`). */
  #requeue(queued: QueuedPod, requeueing: Requeueing): void {
    if (this.#closed) return;
    this.#leave(queued);
    if (requeueing === 'skip') this.#unschedulable.add(queued);
    else if (requeueing === 'after backoff' && this.#backoff.isBackingOff(queued)) {
      this.#backoff.add(queued);
    } else this.#moveToActive(queued);
  }

  /**
   * Asks the PreEnqueue plugins, and lets the Pod in, or has it wait for an event that helps against the
   * first refusal.
   */
  #moveToActive(queued: QueuedPod): void {
    if (this.#closed) return;
    this.#leave(queued);
    for (const plugin of this.#profile.at.preEnqueue) {
      if (plugin.preEnqueue(queued.pod) === undefined) continue;
      queued.gatingPlugin = plugin.name;
      queued.unschedulablePlugins = new Set([...queued.unschedulablePlugins, plugin.name]);
      this.#unschedulable.add(queued);
      return;
    }
    queued.gatingPlugin = undefined;
    this.#active.add(queued);
  }

  /** Takes a Pod from wherever it waits. */
  #leave(queued: QueuedPod): void {
    this.#active.delete(queued);
    this.#backoff.delete(queued);
    this.#unschedulable.delete(queued);
  }
}
