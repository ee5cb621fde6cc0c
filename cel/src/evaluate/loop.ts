import { ListValue, MapValue, type Result, type Value } from '../values.ts';

/** Thrown where an evaluation in steps has done enough for one step. */
export class Paused {
  readonly kind = 'paused';
}

/**
 * How far a loop of an evaluation in steps has come. A step ends between two elements of a loop, by an
 * exception. The next one runs the expression again from its beginning, but loops go on where they were, and
 * those that have ended say again what they said:
 *
 *     a.all(x, f(x)) && b.all(y, c.exists(z, g(y, z)))
 *     └── ended ──┘     └ 7th ──┘└── 12th of c ──┘
 *
 * An expression has no side effects, and what is outside of its loops is as long as its text. A node is
 * evaluated at most once for each element of the loop around it, so that it says which loop is meant.
 */
export class Loop {
  /** Loops within the current element that have ended, by their nodes. */
  readonly #ended = new Map<object, Result>();
  /** The loop within the current element that has begun. */
  #begun: { node: object; loop: Loop } | undefined;
  readonly #range: ListValue | MapValue | undefined;
  readonly #keys: readonly Value[];
  #index = 0;
  /** What was accumulated of the elements before the current one. */
  accumulator: Result | undefined;

  /** Without a range: what is around all loops, and what only binds a name. */
  constructor(range?: ListValue | MapValue, accumulator?: Value) {
    this.#range = range;
    this.#keys = range instanceof MapValue ? [...range.keys()] : [];
    this.accumulator = accumulator;
  }

  /** Whether there is no current element. */
  get isOver(): boolean {
    const size = this.#range instanceof ListValue ? this.#range.size : this.#keys.length;
    return this.#index >= size;
  }

  /** The current element: an item of a list, or a key of a map; `second`: as two variables see it. */
  element(second: boolean): readonly [Result | undefined, Result | undefined] {
    const index = this.#index;
    if (this.#range instanceof ListValue) {
      const item = this.#range.get(index);
      return second ? [BigInt(index), item] : [item, undefined];
    }
    const key = this.#keys[index]!;
    return [key, second ? this.#range?.find(key) : undefined];
  }

  /** The current element is done. */
  next(accumulator: Result | undefined): void {
    this.accumulator = accumulator;
    this.#index++;
    this.#ended.clear();
    this.#begun = undefined;
  }

  /** What a loop within the current element ended with; undefined: it did not end yet. */
  ended(node: object): Result | undefined {
    return this.#ended.get(node);
  }

  /** The loop within the current element that has begun and not ended. */
  begun(node: object): Loop | undefined {
    return this.#begun?.node === node ? this.#begun.loop : undefined;
  }

  begin(node: object, loop: Loop): void {
    this.#begun = { node, loop };
  }

  end(node: object, result: Result): void {
    this.#begun = undefined;
    this.#ended.set(node, result);
  }
}
