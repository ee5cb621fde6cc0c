import type { Logger } from 'pino';
import { isNotFound, retryAfterOf } from './client/api-error.ts';
import type { Client } from './client/client.ts';
import { type Clock, delay, formatMicroTime } from './clock.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import { type Lease, leases } from './client/resource.ts';

/** How to run for leader. */
export interface LeaderElectionOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  recorder?: EventRecorder;
  /** The Lease: `kube-system/kube-controller-manager`. */
  namespace: string;
  name: string;
  /**
   * Different from that of any other candidate. A candidate that restarts under its identity leads again at
   * once.
   */
  identity: string;
  /** How long others wait after the last renewal they saw. Default 15 s. */
  leaseDurationMs?: number;
  /** How long a leader tries to renew before it gives up. Default 10 s. */
  renewDeadlineMs?: number;
  /** Between attempts. Default 2 s. */
  retryPeriodMs?: number;
  /** 0 ≤ x < 1. */
  random?: () => number;
}

// client-go's: keeps candidates that started together from trying together.
const jitterFactor = 1.2;

/** Runs for leader; see `LeaderElection`. Throws a RangeError where the durations contradict each other. */
export function runForLeader(options: LeaderElectionOptions): LeaderElection {
  return new LeaderElection(options);
}

/**
 * Runs for leader by a Lease, as client-go's `leaderelection` does. Only time measured here counts: a Lease
 * is taken over when it has not *changed* for its duration on our own clock, whatever times are written in
 * it, so that clocks which disagree do no harm.
 */
export class LeaderElection {
  /** Resolves when this candidate leads. */
  readonly elected: Promise<void>;
  /**
   * Resolves, to its identity, when this candidate has seen another one renew its Lease, which one that has
   * ended does not; this candidate goes on waiting.
   */
  readonly waiting: Promise<string>;
  /** Resolves when it no longer leads: it could not renew, or `release` was called. It does not run again. */
  readonly ended: Promise<void>;
  readonly #options: LeaderElectionOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #stop = new AbortController();
  readonly #elected = Promise.withResolvers<void>();
  readonly #waiting = Promise.withResolvers<string>();
  /** The Lease as it was read or written last, and when it last changed. */
  #observed: Lease | undefined;
  #observedAtMs = 0;
  #isLeading = false;
  /** After how long a busy server asked to try again, if that is why the last attempt failed. */
  #busyMs: number | undefined;

  constructor(options: LeaderElectionOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
    if (leaseDurationMs <= renewDeadlineMs)
      throw new RangeError('the lease must last longer than the renew deadline');
    if (renewDeadlineMs <= retryPeriodMs * jitterFactor)
      throw new RangeError('the renew deadline must be longer than the retry period');
    this.#options = options;
    this.#leaseDurationMs = leaseDurationMs;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
    this.elected = this.#elected.promise;
    this.waiting = this.#waiting.promise;
    this.ended = this.#run();
  }

  /** Whether this candidate leads, as far as it knows. */
  isLeader(): boolean {
    return this.#isLeading;
  }

  /**
   * Ends the candidacy, and releases the Lease so that the next candidate need not wait. Call when the work
   * is stopped.
   */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.ended;
    const { client, clock, log } = this.#options;
    const held = this.#observed;
    if (!held || !this.#holds(held)) return;
    const now = formatMicroTime(clock.now());
    const leaseTransitions = held.spec?.leaseTransitions ?? 0;
    const spec = {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
      leaseTransitions,
    };
    try {
      this.#observed = await client.update(leases, { ...held, spec });
    } catch (error) {
      log.warn({ err: error }, 'could not release the lease; the next leader waits for it to expire');
    }
  }

  async #run(): Promise<void> {
    const { clock, log, identity, namespace, name, random = Math.random } = this.#options;
    const { signal } = this.#stop;
    while (!(await this.#acquireOrRenew())) {
      await delay(clock, this.#retryPeriodMs * (1 + random() * jitterFactor), signal);
      if (signal.aborted) return;
    }
    this.#isLeading = true;
    this.#recordEvent('became leader');
    log.info({ lease: `${namespace}/${name}`, identity }, 'leading');
    this.#elected.resolve();
    await this.#keepRenewing();
    this.#isLeading = false;
    if (!signal.aborted) {
      this.#recordEvent('stopped leading');
      log.error({ lease: `${namespace}/${name}`, identity }, 'lost the lease');
    }
  }

  /** Resolves when it could not renew for the deadline, or stops. */
  async #keepRenewing(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (!(await this.#renewInTime())) return;
      await delay(this.#options.clock, this.#retryPeriodMs, signal);
    }
  }

  /** Tries to renew until the deadline; returns whether that succeeded. */
  async #renewInTime(): Promise<boolean> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    const deadlineMs = clock.monotonicMs() + this.#renewDeadlineMs;
    while (!signal.aborted) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) return false;
      if (await this.#renewWithin(leftMs)) return true;
      // A server that is only busy is asked as soon as it may be: the time for renewing runs out.
      const waitMs = Math.min(this.#retryPeriodMs, this.#busyMs ?? this.#retryPeriodMs, Math.max(0, leftMs));
      await delay(clock, waitMs, signal);
    }
    return false;
  }

  /**
   * One attempt; false when it failed or took too long, so that a request without an answer does not keep us
   * leading.
   */
  async #renewWithin(limitMs: number): Promise<boolean> {
    const inTime = new AbortController();
    const tooLate = delay(this.#options.clock, limitMs, inTime.signal).then(() => false);
    const isRenewed = await Promise.race([this.#acquireOrRenew(), tooLate]);
    inTime.abort();
    return isRenewed;
  }

  /** Acquires or renews the Lease; false where another candidate has it or a request failed. */
  async #acquireOrRenew(): Promise<boolean> {
    const { log, namespace, name } = this.#options;
    this.#busyMs = undefined;
    try {
      return (await this.#renewUnread()) || (await this.#readAndClaim());
    } catch (error) {
      this.#busyMs = retryAfterOf(error);
      log.debug({ err: error, lease: `${namespace}/${name}` }, 'could not acquire or renew the lease');
      return false;
    }
  }

  /** Renews what was written last, without reading it: while we hold it, no other candidate writes it. */
  async #renewUnread(): Promise<boolean> {
    const lease = this.#observed;
    if (!this.#isLeading || lease === undefined || !this.#holds(lease) || this.#isExpired()) return false;
    try {
      await this.#write(lease);
      return true;
    } catch (error) {
      if (retryAfterOf(error) !== undefined) throw error;
      this.#options.log.debug({ err: error }, 'lease was changed by another, reading it');
      return false;
    }
  }

  async #readAndClaim(): Promise<boolean> {
    const { client, identity, namespace, name } = this.#options;
    let current: Lease;
    try {
      current = await client.get(leases, { namespace, name });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#take(await client.create(leases, this.#claimed(undefined)));
      return true;
    }
    this.#observe(current);
    const holder = current.spec?.holderIdentity ?? '';
    if (holder !== '' && holder !== identity && !this.#isExpired()) return false;
    await this.#write(current);
    return true;
  }

  async #write(lease: Lease): Promise<void> {
    this.#take(await this.#options.client.update(leases, this.#claimed(lease)));
  }

  /** The Lease is as we wrote it now. */
  #take(lease: Lease): void {
    this.#observed = lease;
    this.#observedAtMs = this.#options.clock.monotonicMs();
  }

  /** The Lease was read. */
  #observe(lease: Lease): void {
    const { clock, identity } = this.#options;
    if (JSON.stringify(this.#observed?.spec) !== JSON.stringify(lease.spec)) {
      this.#observedAtMs = clock.monotonicMs();
      const holder = lease.spec?.holderIdentity ?? '';
      if (this.#observed && holder !== '' && holder !== identity) this.#waiting.resolve(holder);
    }
    this.#observed = lease;
  }

  #holds(lease: Lease | undefined): boolean {
    return lease?.spec?.holderIdentity === this.#options.identity;
  }

  #isExpired(): boolean {
    return this.#observedAtMs + this.#leaseDurationMs <= this.#options.clock.monotonicMs();
  }

  /** The Lease with us as its holder, renewed now. */
  #claimed(before: Lease | undefined): Lease {
    const { clock, identity, namespace, name } = this.#options;
    const now = formatMicroTime(clock.now());
    const isOurs = this.#holds(before);
    const transitions = before?.spec?.leaseTransitions ?? 0;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: before?.metadata ?? { namespace, name },
      spec: {
        ...before?.spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.floor(this.#leaseDurationMs / 1000),
        acquireTime: (isOurs && before?.spec?.acquireTime) || now,
        renewTime: now,
        leaseTransitions: before && !isOurs ? transitions + 1 : transitions,
      },
    };
  }

  #recordEvent(what: string): void {
    if (!this.#observed) return;
    const { recorder, identity } = this.#options;
    recorder?.event(this.#observed, {
      type: 'Normal',
      reason: 'LeaderElection',
      message: `${identity} ${what}`,
    });
  }
}
