import { Composer, type Document, LineCounter, Parser, stringify, type Tags } from 'yaml';

/** YAML 1.1 as kube-apiserver reads it: no dates, no sexagesimal numbers. */
const omitted = new Set<string | RegExp>([
  'timestamp',
  'intTime',
  'floatTime',
  'binary',
  'omap',
  'pairs',
  'set',
]);

function customTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return !omitted.has(tag);
    if (tag.tag === 'tag:yaml.org,2002:timestamp') return false;
    return !('format' in tag && tag.format === 'TIME');
  });
}

/** A YAML document's value, and the keys that stand twice in a map: `line 4: key "a" already set in map`. */
export interface ParsedYaml {
  value: unknown;
  duplicates: readonly string[];
}

/** The first document of a stream; what follows is not looked at, as by Go's `yaml.Unmarshal`. */
function firstDocument(text: string, lines: LineCounter): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ version: '1.1', customTags, merge: true, lineCounter: lines });
  for (const document of composer.compose(parser.parse(text), true, text.length)) return document;
  throw new Error('a stream has a document, even if it is empty');
}

/** Reads one YAML document; of keys that stand twice the last one counts. Throws the parser's first error. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = firstDocument(text, lines);
  const duplicates: string[] = [];
  for (const error of document.errors) {
    if (error.code !== 'DUPLICATE_KEY') throw error;
    const { line } = lines.linePos(error.pos[0]);
    const key = /^[^:\n]*/.exec(text.slice(error.pos[0]))![0].trim();
    duplicates.push(
      `line ${line}: key ${JSON.stringify(key.replaceAll(/^["']|["']$/g, ''))} already set in map`,
    );
  }
  return { value: document.toJS({ maxAliasCount: 1000 }), duplicates };
}

/** A JSON value as YAML with sorted keys. */
export function toYaml(value: unknown): string {
  return stringify(value, {
    version: '1.1',
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}
