import type { Evaluator } from '@pg8s/k8s-proto/quota/evaluator';
import { internalError } from '../../../api-errors/status-error.ts';
import type { Clock } from '../../../storage/clock.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import { charge } from './charge.ts';
import type { LimitedResource } from './limited-resources.ts';
import type { QuotaAccess } from './quota-access.ts';
import type { Quota } from './quota.ts';

/** How often a write is tried again after a conflict. */
const mostRetries = 3;
const longestMs = 10_000;

interface Waiting {
  attributes: AdmissionAttributes;
  evaluator: Evaluator;
  resolve(): void;
  reject(error: unknown): void;
}

/** What the queue works with. */
export interface QuotaQueueOptions {
  access: QuotaAccess;
  limited: readonly LimitedResource[];
  clock: Clock;
}

/**
 * Charges requests one namespace at a time: those that come while quotas are written are charged together, in
 * one write (Kubernetes: `plugin/resourcequota.quotaEvaluator`). A request is admitted only after the quotas
 * that it is charged to were written at the very revision that they were read at, so that quotas are never
 * exceeded, however many servers there are.
 */
export class QuotaQueue {
  readonly #options: QuotaQueueOptions;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(options: QuotaQueueOptions) {
    this.#options = options;
  }

  /** Resolves when the request is charged; rejects where it is refused, or not decided in ten seconds. */
  async charge(attributes: AdmissionAttributes, evaluator: Evaluator): Promise<void> {
    const { access, limited } = this.#options;
    if (limited.length === 0 && access.hasNone(attributes.namespace)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(longestMs, () =>
      reject(internalError('resource quota evaluation timed out')),
    );
    const { namespace } = attributes;
    const waiting = this.#waiting.get(namespace);
    const own: Waiting = { attributes, evaluator, resolve, reject };
    if (waiting === undefined) {
      this.#waiting.set(namespace, [own]);
      void this.#work(namespace);
    } else waiting.push(own);
    try {
      await promise;
    } finally {
      cancel();
    }
  }

  async #work(namespace: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(namespace) ?? [];
      if (batch.length === 0) break;
      this.#waiting.set(namespace, []);
      try {
        await this.#chargeAll(namespace, batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#waiting.delete(namespace);
  }

  async #chargeAll(namespace: string, batch: readonly Waiting[]): Promise<void> {
    const { access, limited } = this.#options;
    let quotas = await access.inNamespace(namespace);
    if (quotas.length === 0 && limited.length === 0) {
      for (const { resolve } of batch) resolve();
      return;
    }
    let undecided = batch;
    for (let retry = 0; ; retry++) {
      const { charged, next } = this.#decide(quotas, undecided);
      if (charged.length === 0) return;
      const { failed, error } = await this.#write(next.filter((quota, index) => quota !== quotas[index]));
      if (failed.size === 0 || retry === mostRetries) {
        for (const { resolve, reject } of charged)
          if (failed.size === 0) resolve();
          else reject(error);
        return;
      }
      // The others are charged already. Another server was faster with these, and this one may not know yet.
      quotas = (await access.stored(namespace)).filter(({ name }) => failed.has(name));
      undecided = charged;
    }
  }

  /** Refuses and admits what can be decided without a write. */
  #decide(quotas: readonly Quota[], batch: readonly Waiting[]) {
    const { limited } = this.#options;
    let next = quotas;
    const charged: Waiting[] = [];
    for (const waiting of batch) {
      const { attributes, evaluator, resolve, reject } = waiting;
      try {
        const after = charge(next, attributes, { evaluator, limited });
        if (attributes.dryRun || after.every((quota, index) => quota === next[index])) resolve();
        else {
          next = after;
          charged.push(waiting);
        }
      } catch (error) {
        reject(error);
      }
    }
    return { charged, next };
  }

  async #write(changed: readonly Quota[]): Promise<{ failed: Set<string>; error: unknown }> {
    const failed = new Set<string>();
    let error: unknown;
    for (const quota of changed) {
      try {
        await this.#options.access.write(quota);
      } catch (cause) {
        failed.add(quota.name);
        error = cause;
      }
    }
    return { failed, error };
  }
}
