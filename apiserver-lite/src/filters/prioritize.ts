import type { FlowArrival, Leave, Refusal } from '../flow-control/fair-queues.ts';
import type { Classification, FlowController } from '../flow-control/flow-controller.ts';
import type { Filter, Handler, HttpRequest, RequestContext } from '../http/request-context.ts';
import { sendText } from '../http/respond.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { isLongRunning } from './request-info.ts';

const readOnlyVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const longestWaitMs = 60_000;

/** What requests are let in by. */
export interface PrioritizeOptions {
  controller: FlowController;
  metrics: Pick<ServerMetrics, 'flow' | 'requests'>;
  /** How long one without a deadline waits at most: a quarter of the request timeout. */
  maxWaitMs: number;
  /** Milliseconds since the epoch. Default: the process's. */
  now?: () => number;
}

/**
 * Lets requests in by priority and fairness: each takes a seat of the priority level of its FlowSchema, or
 * waits for one in a queue of its flow, or gets 429. Watches get the headers and take no seat, other
 * long-running requests go by (Kubernetes: `server/filters/priority-and-fairness.go`).
 */
export function prioritize({ controller, metrics, maxWaitMs, now = Date.now }: PrioritizeOptions): Filter {
  const { flow, requests } = metrics;
  const underWay = { readOnly: 0, mutating: 0 };
  const waiting = { readOnly: 0, mutating: 0 };

  const execute = async (
    next: Handler,
    context: RequestContext,
    { schema, leave }: { schema: Classification['schema']; leave: Leave },
  ): Promise<void> => {
    const kind = kindOf(context);
    flow.inFlight(kind, ++underWay[kind]);
    schema.counts.executing++;
    flow.dispatched(schema.level, schema.name);
    let isExecuting = true;
    const end = (): void => {
      if (!isExecuting) return;
      isExecuting = false;
      underWay[kind]--;
      schema.counts.executing--;
      leave();
    };
    context.delegated = end;
    try {
      return await next(context);
    } finally {
      end();
    }
  };

  const wait = async (
    context: RequestContext,
    schema: Classification['schema'],
    entered: Promise<Leave | Refusal>,
  ): Promise<Leave | Refusal> => {
    const kind = kindOf(context);
    const sinceMs = now();
    flow.queued(kind, ++waiting[kind]);
    schema.counts.waiting++;
    const outcome = await entered;
    waiting[kind]--;
    schema.counts.waiting--;
    context.waitedMs = now() - sinceMs;
    const executes = typeof outcome === 'function';
    flow.waited({ level: schema.level, schema: schema.name }, context.waitedMs, executes);
    return outcome;
  };

  return (next) => async (context) => {
    const { requestInfo, response, user } = context;
    const longRunning = isLongRunning(requestInfo);
    if (longRunning && requestInfo.verb !== 'watch') return next(context);
    const classification = controller.classify(user, requestInfo);
    const { schema, level } = classification;
    response.setHeader('X-Kubernetes-Pf-Flowschema-Uid', schema.uid);
    response.setHeader('X-Kubernetes-Pf-Prioritylevel-Uid', level.object.metadata.uid ?? '');
    if (longRunning) return next(context);
    const entered = level.queues.enter(arrivalOf(context, classification, maxWaitMs, now()));
    const outcome = entered instanceof Promise ? await wait(context, schema, entered) : entered;
    if (typeof outcome === 'function') return execute(next, context, { schema, leave: outcome });
    flow.rejected({ level: level.name, schema: schema.name }, outcome);
    // Who went away gets no answer, and who was too late has the answer of the deadline.
    if (context.signal.aborted) return;
    requests.terminated(context, 429);
    const seconds = level.retryAfter.drop(Math.floor(now() / 1000));
    response.setHeader('Retry-After', String(seconds));
    return sendText(context, 429, 'Too many requests, please try again later.\n');
  };
}

function kindOf({ requestInfo }: RequestContext): 'readOnly' | 'mutating' {
  return readOnlyVerbs.has(requestInfo.verb) ? 'readOnly' : 'mutating';
}

function arrivalOf(
  { request, signal, deadlineMs, receivedAt }: RequestContext,
  { schema, flow }: Classification,
  maxWaitMs: number,
  nowMs: number,
): FlowArrival {
  const limitMs = deadlineMs === undefined ? maxWaitMs : (deadlineMs - receivedAt) / 4;
  const waitMs = receivedAt + Math.min(limitMs, longestWaitMs) - nowMs;
  return { flow: `${schema.name}\0${flow}`, bytes: bytesOf(request), waitMs, signal };
}

/** What a request holds while it waits: its headers; the body is still with the client. */
function bytesOf({ rawHeaders, url = '' }: HttpRequest): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, 1000 + url.length);
}
