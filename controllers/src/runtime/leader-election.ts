import type { Logger } from 'pino';
import { isNotFound, retryAfterOf } from './client/api-error.ts';
import type { Client } from './client/client.ts';
import { type Clock, delay, formatMicroTime } from './clock.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import { type Lease, leases } from './client/resource.ts';

export interface LeaderElectionOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  recorder?: EventRecorder;
  /** The Lease: `kube-system/kube-controller-manager`. */
  namespace: string;
  name: string;
  /** Unlike that of any other candidate. One that comes back under its old identity leads again at once. */
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

export interface LeaderElection {
  /** Resolves when this candidate leads. */
  readonly elected: Promise<void>;
  /**
   * Resolves, to its identity, when this candidate has seen another one renew its Lease, which a dead one does not; it
   * goes on waiting.
   */
  readonly waiting: Promise<string>;
  /** Resolves when it no longer leads: it could not renew, or `release` was called. It does not run again. */
  readonly ended: Promise<void>;
  isLeader(): boolean;
  /** Ends the candidacy, and gives the Lease up so that the next one need not wait. Call when the work is stopped. */
  release(): Promise<void>;
}

// client-go's: keeps candidates that started together from trying together.
const jitterFactor = 1.2;

/**
 * Runs for leader by a Lease, as client-go's `leaderelection` does. Only time measured here counts: a Lease is taken
 * over when it has not *changed* for its duration on our own clock, whatever times are written in it, so that clocks
 * which disagree do no harm.
 */
export function runForLeader(options: LeaderElectionOptions): LeaderElection {
  const { client, clock, log, identity, namespace, name } = options;
  const leaseDurationMs = options.leaseDurationMs ?? 15_000;
  const renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
  const retryPeriodMs = options.retryPeriodMs ?? 2_000;
  const random = options.random ?? Math.random;
  if (leaseDurationMs <= renewDeadlineMs)
    throw new RangeError('the lease must last longer than the renew deadline');
  if (renewDeadlineMs <= retryPeriodMs * jitterFactor)
    throw new RangeError('the renew deadline must be longer than the retry period');

  const stop = new AbortController();
  let observed: Lease | undefined;
  let observedAtMs = 0;
  let leading = false;
  /** How long a busy server asked to be left alone, if that is why the last attempt failed. */
  let busyMs: number | undefined;

  let markWaiting: (holder: string) => void = () => undefined;
  const waiting = new Promise<string>((resolve) => {
    markWaiting = resolve;
  });

  function observe(lease: Lease): void {
    if (JSON.stringify(observed?.spec) !== JSON.stringify(lease.spec)) {
      observedAtMs = clock.monotonicMs();
      const holder = lease.spec?.holderIdentity ?? '';
      if (observed && holder !== '' && holder !== identity) markWaiting(holder);
    }
    observed = lease;
  }

  const holds = (lease: Lease | undefined) => lease?.spec?.holderIdentity === identity;
  const expired = () => observedAtMs + leaseDurationMs <= clock.monotonicMs();

  function claim(before: Lease | undefined): Lease {
    const now = formatMicroTime(clock.now());
    const mine = holds(before);
    const transitions = before?.spec?.leaseTransitions ?? 0;
    const acquireTime = (mine && before?.spec?.acquireTime) || now;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: before?.metadata ?? { namespace, name },
      spec: {
        ...before?.spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.floor(leaseDurationMs / 1000),
        acquireTime,
        renewTime: now,
        leaseTransitions: before && !mine ? transitions + 1 : transitions,
      },
    };
  }

  async function acquireOrRenew(): Promise<boolean> {
    busyMs = undefined;
    try {
      if (leading && observed && holds(observed) && !expired()) {
        // Nobody else can have it: renew what we know, without reading.
        try {
          const renewed = await client.update(leases, claim(observed));
          observed = renewed;
          observedAtMs = clock.monotonicMs();
          return true;
        } catch (error) {
          if (retryAfterOf(error) !== undefined) throw error;
          log.debug({ err: error }, 'lease was changed by another, reading it');
        }
      }
      let current: Lease;
      try {
        current = await client.get(leases, { namespace, name });
      } catch (error) {
        if (!isNotFound(error)) throw error;
        observed = await client.create(leases, claim(undefined));
        observedAtMs = clock.monotonicMs();
        return true;
      }
      observe(current);
      const holder = current.spec?.holderIdentity ?? '';
      if (holder !== '' && holder !== identity && !expired()) return false;
      observed = await client.update(leases, claim(current));
      observedAtMs = clock.monotonicMs();
      return true;
    } catch (error) {
      busyMs = retryAfterOf(error);
      log.debug({ err: error, lease: `${namespace}/${name}` }, 'could not acquire or renew the lease');
      return false;
    }
  }

  function record(what: string): void {
    if (!observed) return;
    options.recorder?.event(observed, {
      type: 'Normal',
      reason: 'LeaderElection',
      message: `${identity} ${what}`,
    });
  }

  /** Renews until it fails for the deadline, or we stop. */
  async function hold(): Promise<void> {
    while (!stop.signal.aborted) {
      const startedAtMs = clock.monotonicMs();
      let renewed = false;
      while (!renewed && !stop.signal.aborted) {
        const leftMs = renewDeadlineMs - (clock.monotonicMs() - startedAtMs);
        if (leftMs <= 0) break;
        // A request that hangs must not make us believe we lead.
        const inTime = new AbortController();
        renewed = await Promise.race([
          acquireOrRenew(),
          delay(clock, leftMs, inTime.signal).then(() => false),
        ]);
        inTime.abort();
        // A server that is only busy is asked as soon as it may be: the time for renewing runs out.
        const waitMs = Math.min(retryPeriodMs, busyMs ?? retryPeriodMs, Math.max(0, leftMs));
        if (!renewed) await delay(clock, waitMs, stop.signal);
      }
      if (!renewed) return;
      await delay(clock, retryPeriodMs, stop.signal);
    }
  }

  let markElected: () => void = () => undefined;
  const elected = new Promise<void>((resolve) => {
    markElected = resolve;
  });

  async function run(): Promise<void> {
    while (!(await acquireOrRenew())) {
      await delay(clock, retryPeriodMs * (1 + random() * jitterFactor), stop.signal);
      if (stop.signal.aborted) return;
    }
    leading = true;
    record('became leader');
    log.info({ lease: `${namespace}/${name}`, identity }, 'leading');
    markElected();
    await hold();
    leading = false;
    if (!stop.signal.aborted) {
      record('stopped leading');
      log.error({ lease: `${namespace}/${name}`, identity }, 'lost the lease');
    }
  }

  const ended = run();
  return {
    elected,
    waiting,
    ended,
    isLeader: () => leading,
    async release() {
      stop.abort();
      await ended;
      if (!observed || !holds(observed)) return;
      const now = formatMicroTime(clock.now());
      try {
        observed = await client.update(leases, {
          ...observed,
          spec: {
            holderIdentity: '',
            leaseDurationSeconds: 1,
            acquireTime: now,
            renewTime: now,
            leaseTransitions: observed.spec?.leaseTransitions ?? 0,
          },
        });
      } catch (error) {
        log.warn({ err: error }, 'could not release the lease; the next leader waits for it to expire');
      }
    },
  };
}
