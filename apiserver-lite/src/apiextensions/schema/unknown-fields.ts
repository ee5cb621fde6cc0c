/**
 * Paths may be long and fields many: no more text than this is collected of one object. A stock server has no
 * bound.
 */
const maxCharacters = 1024 * 1024;

/** Collects the paths of unknown fields while an object is walked through. */
export class UnknownFields {
  readonly #paths: string[] = [];
  readonly #parents: string[] = [''];
  #characters = 0;

  get isRoot(): boolean {
    return this.#parents.length === 1;
  }

  enterField(name: string): void {
    const parent = this.#parents.at(-1)!;
    this.#parents.push(parent === '' ? name : `${parent}.${name}`);
  }

  enterItem(index: number): void {
    this.#parents.push(`${this.#parents.at(-1)}[${index}]`);
  }

  leave(): void {
    this.#parents.pop();
  }

  /** A field of the object that was entered last. */
  add(name: string): void {
    if (this.#characters > maxCharacters) return;
    const parent = this.#parents.at(-1)!;
    const path = parent === '' ? name : `${parent}.${name}`;
    this.#characters += path.length;
    this.#paths.push(path);
  }

  sorted(): readonly string[] {
    return this.#paths.sort();
  }
}
