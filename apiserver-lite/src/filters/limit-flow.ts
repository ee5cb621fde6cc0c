import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { Filter, HttpRequest, RequestContext } from '../http/request-context.ts';
import { sendText } from '../http/respond.ts';
import { mastersGroup, nodesGroup } from '../authentication/authenticator.ts';
import { PriorityLevel } from '../flow-control/priority-level.ts';
import { isLongRunning } from './request-info.ts';

export interface FlowLimits {
  /** `--max-requests-inflight`; 0: no limit. */
  maxReadOnly: number;
  /** `--max-mutating-requests-inflight`; 0: no limit. */
  maxMutating: number;
  /** How long a request waits for its turn. Default 15 s, a quarter of kube-apiserver's request timeout. */
  maxWaitMs?: number;
  /** How many requests of a priority level wait. Default 4000; half of them may be of one user. */
  maxQueued?: number;
}

/**
 * The priority levels. Leases and the state of nodes have seats of their own, so that nobody loses leadership
 * or a node because others are busy; events have few, as nobody waits for them.
 */
const priorityLevelNames = ['leases', 'events', 'mutating', 'readOnly'] as const;
export type PriorityLevelName = (typeof priorityLevelNames)[number];

const readOnlyVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);
const probes: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const leaseSeats = 50;
/** Events wait longer than others: nobody waits for them. */
const eventPatience = 3;
const maxQueuedBytes = 32 * 1024 * 1024;

/**
 * With `--enable-priority-and-fairness=false`:
 * holds the number of requests under way below limits, one for those that read and one for those that may
 * write; beyond them requests wait in bounded queues in which users take turns, and those that find no place,
 * or wait too long, get 429 with `Retry-After: 1`. Long-running requests and probes are not counted, and
 * members of `system:masters` always get in (Kubernetes: `server/filters/maxinflight.go`,
 * `priority-and-fairness.go`).
 */
export function limitFlow(
  limits: FlowLimits,
  { flow, requests }: Pick<ServerMetrics, 'flow' | 'requests'>,
): Filter {
  const maxReadOnly = limits.maxReadOnly || Number.POSITIVE_INFINITY;
  const maxMutating = limits.maxMutating || Number.POSITIVE_INFINITY;
  const { maxQueued = 4000, maxWaitMs = 15_000 } = limits;
  const level = (seats: number, patience = 1): PriorityLevel =>
    new PriorityLevel({
      seats,
      maxQueued,
      maxQueuedPerUser: Math.ceil(maxQueued / 2),
      maxQueuedBytes,
      maxWaitMs: maxWaitMs * patience,
    });
  const levels: Readonly<Record<PriorityLevelName, PriorityLevel>> = {
    leases: level(leaseSeats),
    events: level(Math.ceil(maxMutating / 4), eventPatience),
    mutating: level(maxMutating),
    readOnly: level(maxReadOnly),
  };
  flow.observeFlows(() =>
    priorityLevelNames.map((name) => {
      const { running: executing, queued } = levels[name];
      return { level: name, schema: '', counts: { executing, waiting: queued } };
    }),
  );
  const underWay = { readOnly: 0, mutating: 0 };
  const waiting = { readOnly: 0, mutating: 0 };

  return (next) => async (context) => {
    if (isLongRunning(context.requestInfo) || probes.has(context.requestInfo.path)) return next(context);
    const name = priorityLevelOf(context);
    const { [name]: seats } = levels;
    const kind = readOnlyVerbs.has(context.requestInfo.verb) ? 'readOnly' : 'mutating';
    if (context.user.groups.includes(mastersGroup)) seats.enterAnyway();
    else if (!seats.tryEnter()) {
      const waitingSince = Date.now();
      const { user, request, signal } = context;
      flow.queued(kind, ++waiting[kind]);
      const rejection = await seats.enter({ user: user.name, bytes: bytesOf(request), signal });
      waiting[kind]--;
      context.waitedMs = Date.now() - waitingSince;
      flow.waited({ level: name, schema: '' }, context.waitedMs, rejection === undefined);
      if (rejection !== undefined) flow.rejected({ level: name, schema: '' }, rejection);
      // Who went away gets no answer, and who was too late has the answer of the deadline.
      if (rejection === 'cancelled') return;
      if (rejection !== undefined) {
        requests.terminated(context, 429);
        context.response.setHeader('Retry-After', '1');
        return sendText(context, 429, 'Too many requests, please try again later.\n');
      }
    }
    flow.inFlight(kind, ++underWay[kind]);
    let isInFlight = true;
    const leave = (): void => {
      if (!isInFlight) return;
      isInFlight = false;
      seats.leave();
      underWay[kind]--;
    };
    context.delegated = leave;
    try {
      return await next(context);
    } finally {
      leave();
    }
  };
}

function priorityLevelOf({ requestInfo, user }: RequestContext): PriorityLevelName {
  const { isResourceRequest, verb, apiGroup, resource } = requestInfo;
  if (isResourceRequest && isSystem(user)) {
    if (apiGroup === 'coordination.k8s.io' && resource === 'leases' && verb !== 'list') return 'leases';
    if (apiGroup === '' && resource === 'nodes' && user.groups.includes(nodesGroup)) return 'leases';
  }
  if (readOnlyVerbs.has(verb)) return 'readOnly';
  return resource === 'events' && (apiGroup === '' || apiGroup === 'events.k8s.io') ? 'events' : 'mutating';
}

/** The cluster's own parts: others could fill the seats of leases with leases. */
function isSystem({ name, groups }: RequestContext['user']): boolean {
  return (
    name === 'system:kube-controller-manager' ||
    name === 'system:kube-scheduler' ||
    name.startsWith('system:serviceaccount:kube-system:') ||
    groups.includes(nodesGroup)
  );
}

/** What a request holds while it waits: its headers; the body is still with the client. */
function bytesOf({ rawHeaders, url = '' }: HttpRequest): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, 1000 + url.length);
}
