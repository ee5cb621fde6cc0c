import { stringify } from 'yaml';
import { decodeNodes, type ParsedYaml } from './yaml/decode-nodes.ts';

import { parseYamlNodes } from './yaml/parser.ts';
import { yamlProblem } from './yaml/yaml-error.ts';

// oxlint-disable-next-line no-control-regex -- these are what YAML has not
const controlCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * Reads the first document of a YAML text, as kube-apiserver does (`go.yaml.in/yaml/v2`): what follows is not
 * looked at, of keys that stand twice the last one counts. The time that it takes is in proportion to the
 * text. @throws YamlError
 */
export function parseYaml(text: string): ParsedYaml {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (controlCharacter.test(source)) throw yamlProblem('control characters are not allowed');
  return decodeNodes(parseYamlNodes(source));
}

export type { ParsedYaml };

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
