import { parse, stringify, type Tags } from 'yaml';

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

/** One YAML document as a JSON value. Throws the parser's error; duplicate keys are an error only when `strict`. */
export function parseYaml(text: string, strict: boolean): unknown {
  return parse(text, { version: '1.1', customTags, uniqueKeys: strict, maxAliasCount: 1000, merge: true });
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
