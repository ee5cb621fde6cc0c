import type { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Client } from './client/client.ts';
import { type Clock, delay, systemClock } from './clock.ts';
import type { ControllerContext } from './context.ts';
import type { Controller } from './controller.ts';
import { createEventRecorder } from './events/event-recorder.ts';
import { Informers } from './cache/informers.ts';
import { type LeaderElection, runForLeader } from './leader-election.ts';
import { type ClientRateLimit, createRestClient } from './client/rest-client.ts';

/** Something that runs until it is closed. */
export interface Part {
  /** Resolves when it does its work for the first time: its caches are full, and it leads where that is asked for. */
  readonly ready: Promise<void>;
  /** Finishes the work in hand, gives up leadership, closes connections. */
  close(): Promise<void>;
}

/** A part that can say how it is. */
export interface ObservedPart extends Part {
  /** Undefined: well, which includes waiting to lead. Otherwise what keeps it from working. */
  problem(): string | undefined;
  /** Resolves, to the leader's identity, when it is ready but for another one that leads. */
  readonly standby: Promise<string>;
}

/** How to run for leader; see `runForLeader`. */
export interface LeaderElectionSettings {
  /** Unlike that of any other process; the same after a restart where one at a time is assured otherwise. */
  identity: string;
  leaseDurationMs?: number;
  renewDeadlineMs?: number;
  retryPeriodMs?: number;
  /** Default `kube-system`. */
  namespace?: string;
  /** Default: the component's name. */
  name?: string;
}

/** What the controller manager, `startScheduler` and `startNodeAgent` need alike. */
export interface PartOptions {
  kubeConfig: KubeConfig;
  log: Logger;
  clock?: Clock;
  metrics?: Registry;
  /** Absent: it works at once, whoever else does. */
  leaderElection?: LeaderElectionSettings;
  /** Requests a second, and how many at once, that the client makes at most. Default: no limit. */
  rateLimit?: ClientRateLimit;
  /** In place of the one that would be made from the kubeconfig. */
  client?: Client;
}

export interface ContextOptions extends PartOptions {
  /** Source of the events: `deployment-controller`, `default-scheduler`, `kubelet`. */
  component: string;
  /** `kube-controller-manager`: becomes the field manager. Default: the component. */
  userAgent?: string;
  /** The node, for what happens on one. */
  host?: string;
  /** See `createRestClient`. */
  whenBusy?: 'wait' | 'refuse';
}

/** A context of one identity with its own client, informers and recorder. */
export function createContext(options: ContextOptions): ControllerContext {
  const { component, log, clock = systemClock, metrics, host } = options;
  const { rateLimit, userAgent = component, whenBusy = 'wait' } = options;
  const client =
    options.client ??
    createRestClient(options.kubeConfig, {
      userAgent,
      clock,
      whenBusy,
      ...(rateLimit ? { rateLimit } : {}),
    });
  return {
    client,
    clock,
    log,
    informers: new Informers({
      client,
      clock,
      onError: (error) => log.warn({ err: error }, 'cannot follow the API, trying again'),
    }),
    recorder: createEventRecorder({ client, clock, log, component, ...(host ? { host } : {}) }),
    random: Math.random,
    ...(metrics ? { metrics } : {}),
  };
}

/** What `runPart` starts when the caches are full and we lead, and stops when we no longer do. */
export type Worker = Pick<Controller, 'start' | 'stop'>;

export interface RunOptions {
  /** Names the Lease: `kube-controller-manager`, `kube-scheduler`. */
  component: string;
  leaderElection: LeaderElectionSettings | undefined;
  /** Called for every term: caches and queues of an earlier term are worth nothing. */
  createContext(): ControllerContext;
  /** Makes the workers, before the informers start, so that they hear everything. */
  createWorkers(context: ControllerContext): readonly Worker[] | Promise<readonly Worker[]>;
}

/** How long closing waits for work in hand, for events to be sent and for the Lease to be released. */
const patienceMs = 5_000;
const pauseBetweenTermsMs = 1_000;

/**
 * Runs workers of one identity in terms. A term fills the caches, waits to lead, and works until it is closed or its
 * Lease is lost; then everything of it is thrown away and the next one begins.
 */
export function runPart(options: RunOptions): ObservedPart {
  const { component, leaderElection } = options;
  const closing = new AbortController();
  let problem: string | undefined = 'its caches are not full yet';
  let markReady: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    markReady = resolve;
    fail = reject;
  });
  // Whoever does not wait for it shall not crash by it.
  ready.catch(() => undefined);
  let markStandby: (leader: string) => void = () => undefined;
  const standby = new Promise<string>((resolve) => {
    markStandby = resolve;
  });
  const closed = new Promise<void>((resolve) => {
    closing.signal.addEventListener('abort', () => resolve(), { once: true });
  });

  async function term(context: ControllerContext): Promise<void> {
    const { informers, clock } = context;
    let workers: readonly Worker[] = [];
    let election: LeaderElection | undefined;
    try {
      workers = await options.createWorkers(context);
      informers.start();
      await Promise.race([informers.synced(), closed]);
      if (closing.signal.aborted) return;
      problem = undefined;
      if (leaderElection) {
        election = runForLeader({ namespace: 'kube-system', name: component, ...context, ...leaderElection });
        void election.waiting.then(markStandby);
        await Promise.race([election.elected, closed]);
        if (closing.signal.aborted) return;
      }
      for (const worker of workers) worker.start();
      markReady();
      await Promise.race([closed, ...(election ? [election.ended] : [])]);
    } finally {
      await withPatience(clock, Promise.all(workers.map((worker) => worker.stop())));
      // Only when nobody works any more may another lead.
      if (election) await withPatience(clock, election.release());
      await withPatience(clock, context.recorder.flush());
      context.recorder.stop();
      informers.stop();
      context.client.close();
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const context = options.createContext();
      try {
        await term(context);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        context.log.error({ err: error, component }, 'failed, starting again');
      }
      if (!closing.signal.aborted) await delay(context.clock, pauseBetweenTermsMs, closing.signal);
    }
  }

  // While the API is away there may be no connection, and timers do not keep the process alive.
  const keepAlive = setInterval(() => undefined, 2 ** 30);
  const running = run();
  running.catch(fail);
  return {
    ready,
    standby,
    problem: () => (closing.signal.aborted ? 'it was closed' : problem),
    async close() {
      closing.abort();
      await running;
      clearInterval(keepAlive);
      fail(new Error(`${component} was closed before it was ready`));
    },
  };
}

async function withPatience(clock: Clock, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, delay(clock, patienceMs, done.signal)]);
  done.abort();
}
