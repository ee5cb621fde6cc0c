import { createPage, elementBytes, pageFlag, pageHeaderBytes, pageSize } from './bolt-format.ts';

/** A leaf's element before it is written. Without its value, only its size matters. */
interface Entry {
  readonly key: Uint8Array;
  readonly valueBytes: number;
  readonly value: Uint8Array | undefined;
  readonly flags: number;
}

interface Child {
  readonly key: Uint8Array;
  readonly page: number;
}

interface Level {
  readonly children: Child[];
  bytes: number;
  /** Whether a page of this level was written already. */
  isSplit: boolean;
}

/** Where pages go, in the order of their ids; without it they are only counted. */
export type PageSink = (page: Buffer) => void;

/** Pages are numbered in the order in which they are written. */
export class PageCounter {
  next: number;
  constructor(first: number) {
    this.next = first;
  }
}

/**
 * Builds one B+tree from entries in ascending order, bottom-up in one pass. In memory are only the page that
 * is being filled on each level.
 *
 *     add(1) … add(9)      leaves are written as they fill:     [1 2 3] [4 5 6] [7 8
 *                          their first keys wait one level up:  {1 4
 *     finish()             writes what is left, lowest first:   [7 8 9] then {1 4 7}, the root
 *
 * A branch has at least two children, as bbolt's own: a full one is written only when two more are waiting.
 */
export class BoltTree {
  readonly #pages: PageCounter;
  readonly #sink: PageSink | undefined;
  readonly #levels: Level[] = [];
  #entries: Entry[] = [];
  #entriesBytes = pageHeaderBytes;

  constructor(pages: PageCounter, sink?: PageSink) {
    this.#pages = pages;
    this.#sink = sink;
  }

  /** The next entry, above all before. Keys must not be changed afterwards. */
  add(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#add({ key, valueBytes: value.length, value, flags });
  }

  /** As `add`, when the tree is only measured: of the key, too, only the length matters. */
  measure(key: Uint8Array, valueBytes: number): void {
    this.#add({ key, valueBytes, value: undefined, flags: 0 });
  }

  /** Writes what is left; returns the page of the root. A tree without entries is one empty leaf. */
  finish(): number {
    if (this.#entries.length > 0 || this.#levels.length === 0) this.#writeLeaf();
    for (let height = 0; ; height++) {
      const level = this.#levels[height] as Level;
      if (!level.isSplit && level.children.length === 1) return (level.children[0] as Child).page;
      this.#writeBranch(height, level.children.length);
    }
  }

  #add(entry: Entry): void {
    const bytes = elementBytes + entry.key.length + entry.valueBytes;
    if (this.#entries.length > 0 && this.#entriesBytes + bytes > pageSize) this.#writeLeaf();
    this.#entries.push(entry);
    this.#entriesBytes += bytes;
  }

  #writeLeaf(): void {
    const entries = this.#entries;
    const bytes = this.#entriesBytes;
    const id = this.#allocate(bytes);
    if (this.#sink !== undefined) {
      const page = createPage(id, pageFlag.leaf, { count: entries.length, bytes });
      let element = pageHeaderBytes;
      let data = pageHeaderBytes + elementBytes * entries.length;
      for (const { key, value = key.subarray(0, 0), flags } of entries) {
        page.writeUInt32LE(flags, element);
        page.writeUInt32LE(data - element, element + 4);
        page.writeUInt32LE(key.length, element + 8);
        page.writeUInt32LE(value.length, element + 12);
        page.set(key, data);
        page.set(value, data + key.length);
        data += key.length + value.length;
        element += elementBytes;
      }
      this.#sink(page);
    }
    this.#addChild(0, { key: entries[0]?.key ?? new Uint8Array(0), page: id });
    this.#entries = [];
    this.#entriesBytes = pageHeaderBytes;
  }

  #addChild(height: number, child: Child): void {
    const level = (this.#levels[height] ??= { children: [], bytes: pageHeaderBytes, isSplit: false });
    level.children.push(child);
    level.bytes += elementBytes + child.key.length;
    const count = level.children.length;
    if (count > 3 && level.bytes - childBytes(child) > pageSize) this.#writeBranch(height, count - 2);
  }

  /** Writes the level's first children as one page, which becomes a child one level up. */
  #writeBranch(height: number, count: number): void {
    const level = this.#levels[height] as Level;
    const children = level.children.splice(0, count);
    const bytes = children.reduce((sum, child) => sum + childBytes(child), pageHeaderBytes);
    level.bytes -= bytes - pageHeaderBytes;
    level.isSplit = true;
    const id = this.#allocate(bytes);
    if (this.#sink !== undefined) {
      const page = createPage(id, pageFlag.branch, { count: children.length, bytes });
      let element = pageHeaderBytes;
      let data = pageHeaderBytes + elementBytes * children.length;
      for (const child of children) {
        page.writeUInt32LE(data - element, element);
        page.writeUInt32LE(child.key.length, element + 4);
        page.writeBigUInt64LE(BigInt(child.page), element + 8);
        page.set(child.key, data);
        data += child.key.length;
        element += elementBytes;
      }
      this.#sink(page);
    }
    this.#addChild(height + 1, { key: (children[0] as Child).key, page: id });
  }

  #allocate(bytes: number): number {
    const id = this.#pages.next;
    this.#pages.next += Math.ceil(bytes / pageSize);
    return id;
  }
}

function childBytes(child: Child): number {
  return elementBytes + child.key.length;
}
