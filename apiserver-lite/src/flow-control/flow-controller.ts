import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestInfo, UserInfo } from '../http/request-context.ts';
import type { Clock } from '../storage/clock.ts';
import { compileSchema, type CompiledSchema, type FlowCounts } from './compiled-schema.ts';
import { FairQueues } from './fair-queues.ts';
import type { FlowSchemaObject, PriorityLevelObject } from './config-objects.ts';
import { adjustSeats, boundsOf, sharesOf, type LevelSeats } from './level-seats.ts';
import { RetryAfter } from './retry-after.ts';

/** A priority level that requests are classified to. */
export interface FlowLevel {
  readonly name: string;
  object: PriorityLevelObject;
  readonly queues: FairQueues;
  readonly retryAfter: RetryAfter;
  seats: LevelSeats;
}

/** What a request is: which schema it matches, its priority level, and its flow. */
export interface Classification {
  schema: CompiledSchema;
  level: FlowLevel;
  flow: string;
}

/** What the controller needs to know of the cluster. */
export interface FlowControllerOptions {
  /** The seats of the server, of all levels together. */
  totalSeats: number;
  /** The levels and schemas that are there whatever the objects say: `exempt` and `catch-all` at least. */
  mandatory: { levels: readonly KubeObject[]; schemas: readonly KubeObject[] };
  clock: Clock;
}

const adjustIntervalMs = 10_000;

/**
 * Priority and fairness by the FlowSchemas and PriorityLevelConfigurations that it is given, as they
 * change (Kubernetes: `util/flowcontrol/apf_controller.go`; KEP-1040).
 */
export class FlowController {
  readonly #options: FlowControllerOptions;
  readonly #schemaObjects = new Map<string, FlowSchemaObject>();
  readonly #levelObjects = new Map<string, PriorityLevelObject>();
  readonly #levels = new Map<string, FlowLevel>();
  readonly #counts = new Map<string, { schema: string; level: string; counts: FlowCounts }>();
  #schemas: readonly CompiledSchema[] = [];
  #stopTimer: (() => void) | undefined;

  constructor(options: FlowControllerOptions) {
    this.#options = options;
    this.#apply();
  }

  /** An object was added or changed. */
  set(resource: 'flowschemas' | 'prioritylevelconfigurations', object: KubeObject): void {
    const objects: Map<string, KubeObject> =
      resource === 'flowschemas' ? this.#schemaObjects : this.#levelObjects;
    const name = object.metadata.name ?? '';
    const known = objects.get(name);
    objects.set(name, object);
    if (known !== undefined && known.metadata.uid === object.metadata.uid && sameSpec(known, object)) return;
    this.#apply();
  }

  /** An object was deleted. */
  delete(resource: 'flowschemas' | 'prioritylevelconfigurations', object: KubeObject): void {
    const objects = resource === 'flowschemas' ? this.#schemaObjects : this.#levelObjects;
    if (objects.delete(object.metadata.name ?? '')) this.#apply();
  }

  /** Shares the seats out anew each 10 s, until `stop`. */
  start(): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#options.clock.after(adjustIntervalMs, () => {
      this.#adjust();
      this.start();
    });
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** The first schema that matches, by precedence and name. */
  classify(user: UserInfo, info: RequestInfo): Classification {
    for (const schema of this.#schemas) {
      if (!schema.matches(user, info)) continue;
      const level = this.#levels.get(schema.level);
      if (level !== undefined) return { schema, level, flow: schema.distinguisher(user, info) };
    }
    throw new Error('no FlowSchema matches: catch-all matches everybody');
  }

  /** The levels, those that are no more but have requests among them. */
  levels(): Iterable<FlowLevel> {
    return this.#levels.values();
  }

  /** How many requests of each pair of schema and level are executing and waiting. */
  flows(): Iterable<{ schema: string; level: string; counts: FlowCounts }> {
    return this.#counts.values();
  }

  #apply(): void {
    const { mandatory } = this.#options;
    const objects = withMandatory<PriorityLevelObject>(mandatory.levels, this.#levelObjects);
    for (const [name, object] of objects) {
      const known = this.#levels.get(name);
      if (known !== undefined) known.object = object;
      else this.#levels.set(name, this.#newLevel(name, object));
    }
    // Requests of a level that is no more still have its seats.
    for (const [name, { queues }] of this.#levels) {
      if (!objects.has(name) && queues.isIdle) this.#levels.delete(name);
    }
    this.#schemas = [...withMandatory<FlowSchemaObject>(mandatory.schemas, this.#schemaObjects).values()]
      .filter(({ spec }) => objects.has(spec?.priorityLevelConfiguration?.name ?? ''))
      .map((object) => compileSchema(object, this.#countsOf(object)))
      .toSorted((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1));
    this.#forgetCounts();
    this.#adjust();
  }

  #newLevel(name: string, object: PriorityLevelObject): FlowLevel {
    const seats = { nominal: 0, min: 0, max: 0, current: 0, smoothed: 0 };
    const queues = new FairQueues(this.#options.clock);
    return { name, object, queues, retryAfter: new RetryAfter(), seats };
  }

  #adjust(): void {
    const { totalSeats, clock } = this.#options;
    const levels = [...this.#levels.values()];
    const shareSum = levels.reduce((sum, { object }) => sum + sharesOf(object).shares, 0);
    for (const level of levels) {
      const before = level.seats.max === 0 ? undefined : level.seats;
      level.seats = boundsOf(level.object, { total: totalSeats, shareSum, before });
    }
    adjustSeats(
      levels.map(({ object, seats, queues }) => ({
        isExempt: isExempt(object),
        seats,
        demand: queues.demand.summarize(clock.now()),
      })),
    );
    for (const { object, seats, queues } of levels) {
      const { limitResponse } = object.spec?.limited ?? {};
      const { queues: count = 64, handSize = 8, queueLengthLimit = 50 } = limitResponse?.queuing ?? {};
      const queueing = limitResponse?.type === 'Queue' && !isExempt(object);
      queues.configure(queueing ? { queues: count, handSize, queueLengthLimit } : undefined);
      queues.limitTo(isExempt(object) ? Number.POSITIVE_INFINITY : seats.current);
    }
  }

  /** The same for a schema that is changed, so that what is under way stays counted. */
  #countsOf({ metadata, spec }: FlowSchemaObject): FlowCounts {
    const level = spec?.priorityLevelConfiguration?.name ?? '';
    const key = `${metadata.name}/${level}`;
    let known = this.#counts.get(key);
    if (known === undefined) {
      known = { schema: metadata.name ?? '', level, counts: { executing: 0, waiting: 0 } };
      this.#counts.set(key, known);
    }
    return known.counts;
  }

  #forgetCounts(): void {
    const current = new Set(this.#schemas.map(({ counts }) => counts));
    for (const [key, { counts }] of this.#counts) {
      if (!current.has(counts) && counts.executing + counts.waiting === 0) this.#counts.delete(key);
    }
  }
}

function isExempt({ spec }: PriorityLevelObject): boolean {
  return spec?.type === 'Exempt';
}

function sameSpec(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(a['spec']) === JSON.stringify(b['spec']);
}

function withMandatory<T extends KubeObject>(
  mandatory: readonly KubeObject[],
  objects: ReadonlyMap<string, T>,
): Map<string, T> {
  const all = new Map(mandatory.map((object) => [object.metadata.name ?? '', object as T]));
  for (const [name, object] of objects) all.set(name, object);
  return all;
}
