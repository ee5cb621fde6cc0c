import type { AnsweredRequest, Handler, RequestContext, RequestCounter } from '../http/request-context.ts';
import type { MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Gauge, Histogram } from './exposition/series.ts';

/** What serves a request: a resource or a subresource, or a path (in `subresource`). */
export interface EndpointLabels {
  group: string;
  version: string;
  resource: string;
  subresource: string;
  /** `apiserver`; empty for health checks and documents. */
  component: string;
  /** A document, whose sizes are counted whatever is asked of it. */
  isDocument?: true;
}

/** What requests do; a patch by apply is counted apart. */
export type CountedVerb = keyof typeof verbs;

/** What distinguishes the requests to an endpoint. */
export interface RequestLabels {
  verb: CountedVerb;
  /** `resource`, `namespace`, `cluster`, or empty for a path. */
  scope: string;
  /** As `dryRunLabel` gives it. */
  dryRun: string;
}

/** By verb: its label, and the label of the body that it reads. */
const verbs = {
  apply: ['APPLY', 'patch'],
  connect: ['CONNECT', ''],
  create: ['POST', 'create'],
  delete: ['DELETE', 'delete'],
  deletecollection: ['DELETE', 'delete_collection'],
  get: ['GET', ''],
  list: ['LIST', ''],
  other: ['other', ''],
  patch: ['PATCH', 'patch'],
  update: ['PUT', 'update'],
  watch: ['WATCH', ''],
} as const satisfies Readonly<Record<string, readonly [label: string, body: string]>>;

const endpointLabels = ['group', 'version', 'resource', 'subresource', 'scope', 'component'];
const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const sliBuckets = durationBuckets.slice(2);

/** The labels of paths that are no resources: `/readyz`, `api`, `openapi/v3`. */
const nothing = { group: '', version: '', resource: '' };

/**
 * What is counted of answers, by kube-apiserver's names (Kubernetes: `endpoints/metrics/metrics.go`). Only
 * what an endpoint answers is counted there, not what filters before it refuse.
 */
export class RequestMetrics {
  readonly #families: RequestFamilies;

  constructor(registry: MetricRegistry) {
    this.#families = requestFamilies(registry);
  }

  /** The series of an endpoint; to be held as long as the endpoint is served. */
  endpoint(labels: EndpointLabels): EndpointSeries {
    return new EndpointSeries(this.#families, labels);
  }

  /** Counts what a path is asked for that is no resource; `subresource` is what it is called. */
  countedPath(subresource: string, component: '' | 'apiserver', handler: Handler): Handler {
    return this.counted(this.endpoint({ ...nothing, subresource, component, isDocument: true }), handler);
  }

  /** Counts what `handler` answers as answers of an endpoint that is no resource. */
  counted(endpoint: EndpointSeries, handler: Handler): Handler {
    return (context) => {
      const verb = documentVerbs[context.request.method ?? ''] ?? 'other';
      context.counter = endpoint.of({ verb, scope: '', dryRun: dryRunLabel(context) });
      return handler(context);
    };
  }

  /** The server ended a request itself: with 429, 504, or 503 where another server should have answered. */
  terminated(
    context: RequestContext,
    code: number,
    component: 'apiserver' | 'aggregator' = 'apiserver',
  ): void {
    const { verb, group, version, resource, subresource, scope } = refusedLabels(context);
    this.#families.terminations
      .with(verb, group, version, resource, subresource, scope, component, String(code))
      .inc();
    if (code !== 429) return;
    const dryRun = dryRunLabel(context);
    const own = context.requestInfo.isResourceRequest ? subresource : '';
    this.#families.requests
      .with(verb, dryRun, group, version, resource, own, scope, 'apiserver', String(code))
      .inc();
  }

  /** The connection of an answer that had begun was cut. */
  aborted(context: RequestContext): void {
    const { verb, group, version, resource, subresource, scope } = refusedLabels(context);
    this.#families.aborts.with(verb, group, version, resource, subresource, scope).inc();
  }

  /** A handler whose request had been answered with 504 came to its end. */
  endedLate(status: 'ok' | 'error'): void {
    this.#families.lateEnds.with('timeout-handler', status).inc();
  }
}

type RequestFamilies = ReturnType<typeof requestFamilies>;

function requestFamilies(registry: MetricRegistry) {
  const timed = ['verb', 'dry_run', ...endpointLabels];
  const counted = ['verb', ...endpointLabels];
  return {
    requests: registry.counter({
      name: 'apiserver_request_total',
      help: '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      labels: [...timed, 'code'],
    }),
    durations: registry.histogram({
      name: 'apiserver_request_duration_seconds',
      help: '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      labels: timed,
      buckets: durationBuckets,
    }),
    sliDurations: registry.histogram({
      name: 'apiserver_request_sli_duration_seconds',
      help: '[ALPHA] Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      labels: counted,
      buckets: sliBuckets,
    }),
    sizes: registry.histogram({
      name: 'apiserver_response_sizes',
      help: '[STABLE] Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      labels: counted,
      buckets: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
    }),
    bodySizes: registry.histogram({
      name: 'apiserver_request_body_size_bytes',
      help: '[ALPHA] Apiserver request body size in bytes broken out by resource and verb.',
      labels: ['group', 'resource', 'verb'],
      buckets: Array.from({ length: 31 }, (_, index) => 50_000 + index * 100_000),
    }),
    longRunning: registry.gauge({
      name: 'apiserver_longrunning_requests',
      help: '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
      labels: counted,
    }),
    deprecated: registry.gauge({
      name: 'apiserver_requested_deprecated_apis',
      help: '[STABLE] Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
      labels: ['group', 'version', 'resource', 'subresource', 'removed_release'],
    }),
    fieldValidation: registry.histogram({
      name: 'field_validation_request_duration_seconds',
      help: '[ALPHA] Response latency distribution in seconds for each field validation value',
      labels: ['field_validation'],
      buckets: sliBuckets,
    }),
    watchEvents: registry.counter({
      name: 'apiserver_watch_events_total',
      help: '[ALPHA] Number of events sent in watch clients',
      labels: ['group', 'version', 'resource'],
    }),
    watchEventSizes: registry.histogram({
      name: 'apiserver_watch_events_sizes',
      help: '[ALPHA] Watch event size distribution in bytes',
      labels: ['group', 'version', 'resource'],
      buckets: [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072],
    }),
    watchLists: registry.histogram({
      name: 'apiserver_watch_list_duration_seconds',
      help: '[BETA] Response latency distribution in seconds for watch list requests broken by group, version, resource and scope.',
      labels: ['group', 'version', 'resource', 'scope'],
      buckets: [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60],
    }),
    terminations: registry.counter({
      name: 'apiserver_request_terminations_total',
      help: '[ALPHA] Number of requests which apiserver terminated in self-defense.',
      labels: [...counted, 'code'],
    }),
    aborts: registry.counter({
      name: 'apiserver_request_aborts_total',
      help: '[ALPHA] Number of requests which apiserver aborted possibly due to a timeout, for each group, version, verb, resource, subresource and scope',
      labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope'],
    }),
    lateEnds: registry.counter({
      name: 'apiserver_request_post_timeout_total',
      help: '[ALPHA] Tracks the activity of the request handlers after the associated requests have been timed out by the apiserver',
      labels: ['source', 'status'],
    }),
  };
}

/** The series of one endpoint; what it counts of one kind of request is looked up at the first. */
export class EndpointSeries {
  readonly #families: RequestFamilies;
  readonly #labels: EndpointLabels;
  readonly #requests = new Map<CountedVerb, Map<string, Map<string, RequestCounter>>>();
  #events: WatchEventCounter | undefined;

  constructor(families: RequestFamilies, labels: EndpointLabels) {
    this.#families = families;
    this.#labels = labels;
  }

  /** The counter of such requests. */
  of({ verb, scope, dryRun }: RequestLabels): RequestCounter {
    let scopes = this.#requests.get(verb);
    if (scopes === undefined) this.#requests.set(verb, (scopes = new Map()));
    let dryRuns = scopes.get(scope);
    if (dryRuns === undefined) scopes.set(scope, (dryRuns = new Map()));
    let counter = dryRuns.get(dryRun);
    if (counter === undefined) {
      counter = new RequestSeries(this.#families, this.#labels, { verb, scope, dryRun });
      dryRuns.set(dryRun, counter);
    }
    return counter;
  }

  /** How many long-running requests there are; `scope` is that of what they ask for, not of their path. */
  longRunning(verb: 'watch' | 'connect', scope: string): Gauge {
    const { group, version, resource, subresource, component } = this.#labels;
    const [label] = verbs[verb];
    return this.#families.longRunning.with(label, group, version, resource, subresource, scope, component);
  }

  /** The endpoint is deprecated, and was asked for all the same. */
  deprecated(): void {
    const { group, version, resource, subresource } = this.#labels;
    // No version of 1.36 has a release in which it goes away.
    this.#families.deprecated.with(group, version, resource, subresource, '').set(1);
  }

  /** What is counted of the events of watches. */
  get watchEvents(): WatchEventCounter {
    const { group, version, resource } = this.#labels;
    this.#events ??= {
      sent: this.#families.watchEvents.with(group, version, resource),
      sizes: this.#families.watchEventSizes.with(group, version, resource),
    };
    return this.#events;
  }

  /** The initial events of a watch that asked for them were sent. */
  watchListed(scope: string, seconds: number): void {
    const { group, version, resource } = this.#labels;
    this.#families.watchLists.with(group, version, resource, scope).observe(seconds);
  }
}

/** The events of the watches of an endpoint. */
export interface WatchEventCounter {
  sent: Counter;
  sizes: Histogram;
}

/** Requests of one kind to one endpoint. */
class RequestSeries implements RequestCounter {
  readonly #families: RequestFamilies;
  readonly #labels: EndpointLabels;
  readonly #request: RequestLabels;
  readonly #codes = new Map<number, Counter>();
  readonly #durations: Histogram;
  readonly #sliDurations: Histogram | undefined;
  readonly #sizes: Histogram | undefined;
  #bodies: Histogram | undefined;

  constructor(families: RequestFamilies, labels: EndpointLabels, request: RequestLabels) {
    this.#families = families;
    this.#labels = labels;
    this.#request = request;
    const [verb, ...place] = this.#place();
    this.#durations = families.durations.with(verb, request.dryRun, ...place);
    this.#sliDurations =
      request.dryRun === '' && !longVerbs.has(verb) ? families.sliDurations.with(verb, ...place) : undefined;
    const isSized = labels.isDocument === true || sizedVerbs.has(verb);
    this.#sizes = isSized ? families.sizes.with(verb, ...place) : undefined;
  }

  answered({ code, seconds, waitedSeconds, bytes, fieldValidation }: AnsweredRequest): void {
    let counter = this.#codes.get(code);
    if (counter === undefined) {
      const [verb, ...place] = this.#place();
      counter = this.#families.requests.with(verb, this.#request.dryRun, ...place, String(code));
      this.#codes.set(code, counter);
    }
    counter.inc();
    this.#durations.observe(seconds);
    this.#sliDurations?.observe(seconds - waitedSeconds);
    this.#sizes?.observe(bytes);
    // kube-apiserver names the values that were asked for, and observes none.
    this.#families.fieldValidation.with(fieldValidation);
  }

  bodyRead(bytes: number): void {
    const { group, resource } = this.#labels;
    this.#bodies ??= this.#families.bodySizes.with(group, resource, verbs[this.#request.verb][1]);
    this.#bodies.observe(bytes);
  }

  #place(): [verb: string, ...place: string[]] {
    const { group, version, resource, subresource, component } = this.#labels;
    const { verb, scope } = this.#request;
    return [verbs[verb][0], group, version, resource, subresource, scope, component];
  }
}

/** How long these take says nothing about the server. */
const longVerbs: ReadonlySet<string> = new Set(['WATCH', 'CONNECT']);

const sizedVerbs: ReadonlySet<string> = new Set(['GET', 'LIST', 'WATCH']);

const noDryRun = '';

/** The value of `dry_run`: empty, `All`, or `invalid`. */
export function dryRunLabel({ url }: RequestContext): string {
  if (!url.search.includes('dryRun')) return noDryRun;
  const values = new Set(url.searchParams.getAll('dryRun'));
  if (values.size === 0) return noDryRun;
  return values.size === 1 && values.has('All') ? 'All' : 'invalid';
}

const fieldValidations: ReadonlySet<string> = new Set(['', 'Ignore', 'Warn', 'Strict']);

/** The value of `field_validation`: empty, one of the API's, or `invalid`. */
export function fieldValidationLabel({ url }: RequestContext): string {
  if (!url.search.includes('fieldValidation')) return '';
  const [value, ...more] = url.searchParams.getAll('fieldValidation');
  return value !== undefined && more.length === 0 && fieldValidations.has(value) ? value : 'invalid';
}

/** The scope of what is asked for: one object, those of a namespace, or all. */
export function scopeLabel({
  name,
  verb,
  namespace,
  isResourceRequest,
}: RequestContext['requestInfo']): string {
  if (name !== '' || verb === 'create') return 'resource';
  if (namespace !== '') return 'namespace';
  return isResourceRequest ? 'cluster' : '';
}

/** What is counted for a verb of the API. */
export function countedVerb(verb: string, { request }: RequestContext): CountedVerb {
  if (verb === 'patch' && request.headers['content-type'] === 'application/apply-patch+yaml') return 'apply';
  if (verb === 'proxy') return 'connect';
  return Object.hasOwn(verbs, verb) ? (verb as CountedVerb) : 'get';
}

/** Labels of a request that no endpoint answered. */
function refusedLabels(context: RequestContext) {
  const { requestInfo } = context;
  const { isResourceRequest, verb, apiGroup, apiVersion, resource, subresource, path } = requestInfo;
  const scope = scopeLabel(requestInfo);
  return isResourceRequest
    ? {
        verb: verbs[countedVerb(verb, context)][0],
        group: apiGroup,
        version: apiVersion,
        resource,
        subresource,
        scope,
      }
    : {
        ...nothing,
        verb: verbs[documentVerbs[context.request.method ?? ''] ?? 'other'][0],
        subresource: path,
        scope,
      };
}

const documentVerbs: Readonly<Record<string, CountedVerb>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
