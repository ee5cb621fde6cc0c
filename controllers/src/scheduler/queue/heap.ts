/**
 * Items in an order, of which the first can be taken, and any be removed, in logarithmic time
 * (kube-scheduler: `backend/heap`). Among equals the one that was added first comes first.
 */
export class Heap<T> {
  readonly #items: T[] = [];
  /** Where each item is in `#items`. */
  readonly #indexes = new Map<T, number>();
  readonly #order = new Map<T, number>();
  readonly #less: (one: T, other: T) => boolean;
  #added = 0;

  /** `less` must not change for an item while it is in the heap. */
  constructor(less: (one: T, other: T) => boolean) {
    this.#less = less;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item; again, where it was in it before. */
  push(item: T): void {
    this.delete(item);
    this.#order.set(item, this.#added++);
    this.#place(item, this.#items.length);
    this.#rise(this.#items.length - 1);
  }

  /** The first, which stays. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Takes the first out. */
  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Takes an item out, wherever it is. Answers whether it was there. */
  delete(item: T): boolean {
    const index = this.#indexes.get(item);
    if (index === undefined) return false;
    const last = this.#items.pop()!;
    this.#indexes.delete(item);
    this.#order.delete(item);
    if (last !== item) {
      this.#place(last, index);
      this.#rise(index);
      this.#sink(this.#indexes.get(last)!);
    }
    return true;
  }

  #isBefore(one: T, other: T): boolean {
    if (this.#less(one, other)) return true;
    return !this.#less(other, one) && this.#order.get(one)! < this.#order.get(other)!;
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    this.#indexes.set(item, index);
  }

  #rise(index: number): void {
    const item = this.#items[index]!;
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(item, this.#items[parent]!)) break;
      this.#place(this.#items[parent]!, at);
      at = parent;
    }
    this.#place(item, at);
  }

  #sink(index: number): void {
    const item = this.#items[index]!;
    let at = index;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && this.#isBefore(this.#items[child + 1]!, this.#items[child]!))
        child++;
      if (!this.#isBefore(this.#items[child]!, item)) break;
      this.#place(this.#items[child]!, at);
      at = child;
    }
    this.#place(item, at);
  }
}
