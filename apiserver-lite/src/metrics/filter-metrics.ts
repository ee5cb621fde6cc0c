import type { Filter, UserInfo } from '../http/request-context.ts';
import type { MetricFamily } from './exposition/metric-family.ts';
import { exponentialBuckets, type MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Histogram } from './exposition/series.ts';

/** From 1 ms to 16 s, as all that decides about requests is measured. */
const decisionBuckets = exponentialBuckets(0.001, 2, 15);

/** The filters that are timed, by kube-apiserver's names. */
export type TimedFilter =
  | 'audit'
  | 'authentication'
  | 'authorization'
  | 'constrainedimpersonation'
  | 'priorityandfairness';

/** How often something ended in which way, and how long it took. */
export interface Outcomes<Outcome extends string> {
  record(outcome: Outcome, seconds: number): void;
}

/** Counts what an authorizer decides. */
export interface DecisionCounter {
  decided(decision: 'allow' | 'deny'): void;
}

/** How impersonation ended, by its mode; empty where none allowed it. */
export interface ImpersonationOutcomes {
  attempt(mode: string, decision: string, seconds: number): void;
  authorization(mode: string, decision: string, seconds: number): void;
}

/**
 * What filters count (Kubernetes: `endpoints/filterlatency`, `endpoints/filters/metrics.go`,
 * `endpoints/filters/impersonation/metrics`).
 */
export class FilterMetrics {
  readonly authentications: Outcomes<'success' | 'failure' | 'error'>;
  readonly authorizations: Outcomes<'allowed' | 'denied' | 'no-opinion' | 'error'>;
  readonly impersonations: ImpersonationOutcomes;
  readonly #durations: MetricFamily<Histogram>;
  readonly #users: MetricFamily<Counter>;
  readonly #decisions: MetricFamily<Counter>;

  constructor(registry: MetricRegistry) {
    this.#durations = registry.histogram({
      name: 'apiserver_request_filter_duration_seconds',
      help: '[ALPHA] Request filter latency distribution in seconds, for each filter type',
      labels: ['filter'],
      buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30],
    });
    this.#users = registry.counter({
      name: 'authenticated_user_requests',
      help: '[ALPHA] Counter of authenticated requests broken out by username.',
      labels: ['username'],
    });
    this.#decisions = registry.counter({
      name: 'apiserver_authorization_decisions_total',
      help: '[ALPHA] Total number of terminal decisions made by an authorizer split by authorizer type, name, and decision.',
      labels: ['type', 'name', 'decision'],
    });
    this.authentications = outcomes(
      registry.counter({
        name: 'authentication_attempts',
        help: '[ALPHA] Counter of authenticated attempts.',
        labels: ['result'],
      }),
      registry.histogram({
        name: 'authentication_duration_seconds',
        help: '[ALPHA] Authentication duration in seconds broken out by result.',
        labels: ['result'],
        buckets: decisionBuckets,
      }),
    );
    this.authorizations = outcomes(
      registry.counter({
        name: 'authorization_attempts_total',
        help: "[ALPHA] Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
        labels: ['result'],
      }),
      registry.histogram({
        name: 'authorization_duration_seconds',
        help: '[ALPHA] Authorization duration in seconds broken out by result.',
        labels: ['result'],
        buckets: decisionBuckets,
      }),
    );
    this.impersonations = impersonationOutcomes(registry);
  }

  /** The filter, timed from its beginning to where it hands the request on. */
  timed(name: TimedFilter, filter: Filter): Filter {
    const durations = this.#durations.with(name);
    return (next) => {
      const inner = filter((context) => {
        durations.observe((performance.now() - (context.filterStartedMs ?? 0)) / 1000);
        return next(context);
      });
      return (context) => {
        context.filterStartedMs = performance.now();
        return inner(context);
      };
    };
  }

  /** The decisions of one authorizer; `mode` as in `--authorization-mode`. */
  authorizer(mode: string): DecisionCounter {
    const counters: Partial<Record<'allow' | 'deny', Counter>> = {};
    const label = { allow: 'allowed', deny: 'denied' } as const;
    return {
      decided: (decision) =>
        (counters[decision] ??= this.#decisions.with(mode, mode.toLowerCase(), label[decision])).inc(),
    };
  }

  /** A request came from somebody. */
  authenticated({ name }: UserInfo): void {
    this.#users.with(userLabel(name)).inc();
  }
}

const namedUsers: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
]);

/** Few labels for all user names: they cost no memory, and names stay private. */
function userLabel(name: string): string {
  if (namedUsers.has(name)) return name;
  return name.includes('@') ? 'email_id' : 'other';
}

function outcomes<Outcome extends string>(
  attempts: MetricFamily<Counter>,
  durations: MetricFamily<Histogram>,
): Outcomes<Outcome> {
  return {
    record(outcome, seconds) {
      attempts.with(outcome).inc();
      durations.with(outcome).observe(seconds);
    },
  };
}

function impersonationOutcomes(registry: MetricRegistry): ImpersonationOutcomes {
  const pair = (prefix: string, what: string) => {
    const name = `apiserver_impersonation_${prefix}`;
    const labels = ['mode', 'decision'];
    const total = registry.counter({
      name: `${name}_total`,
      help: `[ALPHA] Total number of ${what} split by mode and decision.`,
      labels,
    });
    const durations = registry.histogram({
      name: `${name}_duration_seconds`,
      help: `[ALPHA] Latency of ${what.replace(/( made by the impersonation handler)?$/, '$1 in seconds')} split by mode and decision.`,
      labels,
      buckets: decisionBuckets,
    });
    return (mode: string, decision: string, seconds: number): void => {
      total.with(mode, decision).inc();
      durations.with(mode, decision).observe(seconds);
    };
  };
  return {
    attempt: pair('attempts', 'impersonation attempts'),
    authorization: pair('authorization_attempts', 'authorization checks made by the impersonation handler'),
  };
}
