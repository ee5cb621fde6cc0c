import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf, isSame } from '../../../registry/generic/copy-object.ts';

/**
 * Which policies are asked once more about a request: those that want it, if the object was changed after
 * them (Kubernetes: `mutating.policyReinvokeContext`). Keys name a policy, its binding and its parameters.
 */
export class PolicyReinvocation {
  #lastOutput: KubeObject | undefined;
  #invoked = new Set<string>();
  readonly #wanted = new Set<string>();

  /** Whether a policy is asked in the second round. */
  isWanted(key: string): boolean {
    return this.#wanted.has(key);
  }

  /** Whether others changed the object since the policies saw it. */
  isChanged(object: KubeObject | undefined): boolean {
    return !isSame(this.#lastOutput, object);
  }

  /** Keeps what the policies made of the object. */
  keepOutput(object: KubeObject | undefined): void {
    this.#lastOutput = object === undefined ? undefined : copyOf(object);
  }

  /** A policy was asked that wants to see later changes. */
  addInvoked(key: string): void {
    this.#invoked.add(key);
  }

  /** The object was changed: those asked so far are asked again. */
  reinvokeInvoked(): void {
    for (const key of this.#invoked) this.#wanted.add(key);
    this.#invoked = new Set();
  }
}
