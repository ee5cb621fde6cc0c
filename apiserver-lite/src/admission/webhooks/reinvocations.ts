import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf, isSame } from '../../registry/generic/copy-object.ts';

/**
 * Which webhooks are asked again in the second round of the mutating phase: those that want it, and after
 * which somebody changed the object (Kubernetes: `webhook/mutating.webhookReinvokeContext`).
 */
export class Reinvocations {
  /** Asked, and to be asked again after a change. */
  readonly #invoked = new Set<string>();
  readonly #due = new Set<string>();
  #lastOutput: KubeObject | undefined;

  /** A webhook that wants to be asked again was asked. */
  invoked(uid: string): void {
    this.#invoked.add(uid);
  }

  /** A webhook changed the object. */
  changed(): void {
    for (const uid of this.#invoked) this.#due.add(uid);
    this.#invoked.clear();
  }

  /** The second round begins: did others than webhooks change the object since the first? */
  begin(object: KubeObject | undefined): void {
    if (this.#invoked.size > 0 && !isSame(this.#lastOutput, object)) this.changed();
  }

  isDue(uid: string): boolean {
    return this.#due.has(uid);
  }

  /** The round ends, with this object. */
  end(object: KubeObject | undefined): void {
    // Compared only where somebody is to be asked again.
    this.#lastOutput = this.#invoked.size > 0 && object !== undefined ? copyOf(object) : undefined;
  }
}
