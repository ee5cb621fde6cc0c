import type { MappingNode, Node, ScalarNode, SequenceNode } from './node.ts';
import { Scanner } from './scanner.ts';
import type { Token, TokenKind } from './token.ts';
import { yamlProblem } from './yaml-error.ts';

/** kube-apiserver refuses JSON that is nested deeper than 10,000; we any body that is deeper than this. */
const maxDepth = 1000;

const contentEnds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'versionDirective',
  'tagDirective',
  'documentStart',
  'documentEnd',
  'streamEnd',
]);

/** Builds the nodes of the first document of a text. (YAML 1.1, §4, productions of `libyaml`'s grammar.) */
class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, Node>();
  readonly #handles = new Map<string, string>();
  #depth = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  document(): Node | undefined {
    if (this.#is('streamEnd')) return undefined;
    const explicit = this.#directives();
    const { line, kind } = this.#scanner.peek();
    if (explicit || kind === 'documentStart') {
      if (kind !== 'documentStart') throw yamlProblem('did not find expected <document start>', line);
      this.#scanner.next();
      if (contentEnds.has(this.#scanner.peek().kind)) return emptyScalar(line);
    }
    const node = this.#node(true, false);
    // The original looks at the token after a document before it is content.
    this.#scanner.peek();
    return node;
  }

  #is(kind: TokenKind): boolean {
    return this.#scanner.peek().kind === kind;
  }

  /** Takes the token if it is of that kind. */
  #take(kind: TokenKind): boolean {
    if (!this.#is(kind)) return false;
    this.#scanner.next();
    return true;
  }

  #directives(): boolean {
    let version: string | undefined;
    let found = false;
    for (;;) {
      const { kind, line, text, suffix } = this.#scanner.peek();
      if (kind === 'versionDirective') {
        if (version !== undefined) throw yamlProblem('found duplicate %YAML directive', line);
        if (text !== '1.1') throw yamlProblem('found incompatible YAML document', line);
        version = text;
      } else if (kind === 'tagDirective') {
        if (this.#handles.has(text)) throw yamlProblem('found duplicate %TAG directive', line);
        this.#handles.set(text, suffix);
      } else {
        break;
      }
      found = true;
      this.#scanner.next();
    }
    for (const [handle, prefix] of [
      ['!', '!'],
      ['!!', 'tag:yaml.org,2002:'],
    ] as const) {
      if (!this.#handles.has(handle)) this.#handles.set(handle, prefix);
    }
    return found;
  }

  /**
   * `block`: whether block collections may stand here. `indentless`: `-` too, in the column of the key
   * before.
   */
  #node(block: boolean, indentless: boolean): Node {
    const first = this.#scanner.peek();
    if (first.kind === 'alias') {
      const target = this.#anchors.get(first.text);
      if (target === undefined) throw yamlProblem(`unknown anchor '${first.text}' referenced`);
      this.#scanner.next();
      return { kind: 'alias', line: first.line, name: first.text, target };
    }
    const { anchor, tag } = this.#properties();
    const named = <T extends Node>(node: T): T => {
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      return node;
    };
    const token = this.#scanner.peek();
    const line = anchor === undefined && tag === '' ? token.line : first.line;
    if (indentless && token.kind === 'blockEntry') {
      return this.#sequence(named({ kind: 'sequence', line, items: [] }), () => this.#indentlessItem());
    }
    if (token.kind === 'scalar') {
      this.#scanner.next();
      const implicit = (token.plain && tag === '') || tag === '!';
      return named({ kind: 'scalar', line, text: token.text, tag, implicit });
    }
    const collection = this.#collection(token, block, { line, named });
    if (collection !== undefined) return collection;
    if (anchor === undefined && tag === '') {
      throw yamlProblem('did not find expected node content', token.line);
    }
    return named({ kind: 'scalar', line, text: '', tag, implicit: tag === '' });
  }

  /** An anchor and a tag, in whatever order. */
  #properties(): { anchor: string | undefined; tag: string } {
    let anchor: string | undefined;
    let tag: string | undefined;
    for (;;) {
      const token = this.#scanner.peek();
      if (token.kind === 'anchor' && anchor === undefined) anchor = token.text;
      else if (token.kind === 'tag' && tag === undefined) tag = this.#tag(token);
      else return { anchor, tag: tag ?? '' };
      this.#scanner.next();
    }
  }

  #tag({ text: handle, suffix, line }: Token): string {
    if (handle === '') return suffix;
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw yamlProblem('found undefined tag handle', line);
    return prefix + suffix;
  }

  #collection(
    { kind }: Token,
    block: boolean,
    { line, named }: { line: number; named: <T extends Node>(node: T) => T },
  ): Node | undefined {
    const sequence = (): SequenceNode => named({ kind: 'sequence', line, items: [] });
    const mapping = (): MappingNode => named({ kind: 'mapping', line, items: [] });
    switch (kind) {
      case 'flowSequenceStart':
        this.#scanner.next();
        return this.#sequence(sequence(), (items) => this.#flowItem(items));
      case 'flowMappingStart':
        this.#scanner.next();
        return this.#sequence(mapping(), (items) => this.#flowPair(items));
      case 'blockSequenceStart':
        if (!block) return undefined;
        this.#scanner.next();
        return this.#sequence(sequence(), () => this.#blockItem());
      case 'blockMappingStart':
        if (!block) return undefined;
        this.#scanner.next();
        return this.#sequence(mapping(), (items) => this.#blockPair(items));
      default:
        return undefined;
    }
  }

  /**
   * Fills a collection by `read`, which gives one more item, or true where it has put them itself, or false
   * at the end.
   */
  #sequence<T extends SequenceNode | MappingNode>(node: T, read: (items: Node[]) => Node | boolean): T {
    if (++this.#depth > maxDepth) throw yamlProblem(`exceeded max depth of ${maxDepth}`);
    for (;;) {
      const item = read(node.items);
      if (item === false) break;
      if (item !== true) node.items.push(item);
    }
    this.#depth--;
    return node;
  }

  #nodeUnless(block: boolean, indentless: boolean, ...ends: TokenKind[]): Node {
    const { kind, line } = this.#scanner.peek();
    return ends.includes(kind) ? emptyScalar(line) : this.#node(block, indentless);
  }

  #indentlessItem(): Node | false {
    if (!this.#take('blockEntry')) return false;
    return this.#nodeUnless(true, false, 'blockEntry', 'key', 'value', 'blockEnd');
  }

  #blockItem(): Node | false {
    if (this.#take('blockEntry')) return this.#nodeUnless(true, false, 'blockEntry', 'blockEnd');
    if (this.#take('blockEnd')) return false;
    throw yamlProblem("did not find expected '-' indicator", this.#scanner.peek().line);
  }

  #blockPair(items: Node[]): boolean {
    const { kind, line } = this.#scanner.peek();
    if (kind === 'key') {
      this.#scanner.next();
      items.push(this.#nodeUnless(true, true, 'key', 'value', 'blockEnd'));
    } else if (kind === 'blockEnd') {
      this.#scanner.next();
      return false;
    } else {
      throw yamlProblem('did not find expected key', line);
    }
    const after = this.#scanner.peek();
    if (this.#take('value')) items.push(this.#nodeUnless(true, true, 'key', 'value', 'blockEnd'));
    else items.push(emptyScalar(after.line));
    return true;
  }

  #flowItem(items: Node[]): Node | boolean {
    if (this.#take('flowSequenceEnd')) return false;
    if (items.length > 0) {
      if (!this.#take('flowEntry')) {
        throw yamlProblem("did not find expected ',' or ']'", this.#scanner.peek().line);
      }
      if (this.#take('flowSequenceEnd')) return false;
    }
    const { line } = this.#scanner.peek();
    if (!this.#take('key')) return this.#node(false, false);
    const key = this.#flowItemKey();
    const value = this.#take('value')
      ? this.#nodeUnless(false, false, 'flowEntry', 'flowSequenceEnd')
      : emptyScalar(line);
    return { kind: 'mapping', line, items: [key, value] };
  }

  /**
   * Of `[? x: y]`. Where there is nothing, the original drops the token that shows it, and refuses `[?]` so.
   */
  #flowItemKey(): Node {
    const { kind, line } = this.#scanner.peek();
    if (kind !== 'value' && kind !== 'flowEntry' && kind !== 'flowSequenceEnd')
      return this.#node(false, false);
    this.#scanner.next();
    return emptyScalar(line);
  }

  #flowPair(items: Node[]): boolean {
    if (this.#take('flowMappingEnd')) return false;
    if (items.length > 0) {
      if (!this.#take('flowEntry')) {
        throw yamlProblem("did not find expected ',' or '}'", this.#scanner.peek().line);
      }
      if (this.#take('flowMappingEnd')) return false;
    }
    if (this.#take('key')) {
      items.push(this.#nodeUnless(false, false, 'value', 'flowEntry', 'flowMappingEnd'));
    } else {
      const key = this.#node(false, false);
      items.push(key, emptyScalar(this.#scanner.peek().line));
      return true;
    }
    const { line } = this.#scanner.peek();
    if (this.#take('value')) items.push(this.#nodeUnless(false, false, 'flowEntry', 'flowMappingEnd'));
    else items.push(emptyScalar(line));
    return true;
  }
}

function emptyScalar(line: number): ScalarNode {
  return { kind: 'scalar', line, text: '', tag: '', implicit: true };
}

/** The first document of a text; undefined where there is none. @throws YamlError */
export function parseYamlNodes(text: string): Node | undefined {
  return new Parser(text).document();
}
