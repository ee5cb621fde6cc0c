import type { WatchStream } from '@pg8s/shim/client/etcd-client';
import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import type { Event, WatchCreateRequest, WatchRequest, WatchResponse } from '@pg8s/shim/etcdserverpb/types';
import { keyText } from '../key-layout.ts';
import { inSpan, spanOf } from './fake-history.ts';
import type { FakeHistory } from './fake-history.ts';

interface FakeWatch {
  create: WatchCreateRequest;
  nextRevision: number;
}

/** One watch stream of a FakeEtcd. */
export class FakeWatchStream implements WatchStream {
  readonly #history: FakeHistory;
  readonly #isPaused: () => boolean;
  readonly #watches = new Map<number, FakeWatch>();
  readonly #responses: WatchResponse[] = [];
  #nextId = 0;
  #end: 'closed' | EtcdError | undefined;
  #wake: (() => void) | undefined;

  constructor(history: FakeHistory, isPaused: () => boolean) {
    this.#history = history;
    this.#isPaused = isPaused;
  }

  get watches(): number {
    return this.#watches.size;
  }

  send(request: WatchRequest): void {
    if (this.#end !== undefined) return;
    if ('createRequest' in request) this.#create(request.createRequest);
    else if ('cancelRequest' in request) {
      this.#watches.delete(request.cancelRequest.watchId);
      this.#respond(request.cancelRequest.watchId, { canceled: true });
      // A server that is behind with its events does not tell progress.
    } else if (!this.#isPaused()) this.#respond(-1, {});
  }

  /** Sends what happened since the last time. */
  deliver(): void {
    if (this.#end !== undefined || this.#isPaused()) return;
    for (const [id, watch] of this.#watches) {
      const span = spanOf(watch.create.key, watch.create.rangeEnd);
      const events = this.#history
        .events(watch.nextRevision)
        .filter(({ kv }) => inSpan(span, keyText(kv.key)))
        .map((event): Event => (watch.create.prevKv === true ? event : { type: event.type, kv: event.kv }));
      watch.nextRevision = Math.max(watch.nextRevision, this.#history.revision + 1);
      if (events.length > 0) this.#respond(id, { events });
    }
  }

  /** The connection is lost. */
  break(): void {
    this.#finish(new EtcdError(grpcCode.UNAVAILABLE, 'transport is closing'));
  }

  close(): void {
    this.#finish('closed');
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WatchResponse> {
    for (;;) {
      const response = this.#responses.shift();
      if (response !== undefined) yield response;
      else if (this.#end instanceof EtcdError) throw this.#end;
      else if (this.#end !== undefined) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #create(create: WatchCreateRequest): void {
    const id = this.#nextId++;
    const { revision, compactRevision } = this.#history;
    this.#respond(id, { created: true });
    const start = (create.startRevision ?? 0) > 0 ? (create.startRevision as number) : revision + 1;
    if (start < compactRevision) {
      this.#respond(id, { canceled: true, compactRevision });
      return;
    }
    this.#watches.set(id, { create, nextRevision: start });
    this.deliver();
  }

  #respond(watchId: number, fields: Partial<WatchResponse>): void {
    this.#responses.push({
      header: this.#history.header(),
      watchId,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      fragment: false,
      events: [],
      ...fields,
    });
    this.#wakeUp();
  }

  #finish(end: 'closed' | EtcdError): void {
    this.#end ??= end;
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
