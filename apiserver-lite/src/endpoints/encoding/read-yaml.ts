import { isTooDeep, setJsonField } from '@pg8s/k8s-proto/json-reader';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { parseJsonStrict } from '@pg8s/k8s-proto/conform/parse-json-strict';
import { ensureMapBudget, maxJsonKeys, tooManyKeys, unboundedBytes } from '../body/map-budget.ts';
import { plainNumbers } from '@pg8s/k8s-proto/json-number';
import { parseYaml } from './yaml.ts';
import { inKeyOrder, type ParsedYaml } from './yaml/decode-nodes.ts';
import { yamlText } from './yaml/yaml-text.ts';
import { parseOnThread } from './yaml/yaml-thread.ts';

/** What is read in a few dozen milliseconds at most. */
const maxTextHere = 64 * 1024;

/** Escapes of JSON that YAML 1.1 does not have. */
const foreignEscape = /\\\/|\\u[dD][89a-fA-F]/;

/** The value with the keys of all its maps sorted. Changes the value. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const ordered = sorted(item);
      if (ordered !== item) value[index] = ordered;
    }
    return value;
  }
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record);
  for (const key of keys) {
    const item = record[key];
    if (typeof item !== 'object' || item === null) continue;
    const ordered = sorted(item);
    if (ordered !== item) setJsonField(record, key, ordered);
  }
  return inKeyOrder(record, keys);
}

/** JSON is YAML, and what clients mostly send: its own reader is much faster. Undefined for anything else. */
function asJson(text: string): ParsedYaml | undefined {
  if (!text.startsWith('{') || foreignEscape.test(text)) return undefined;
  try {
    const { value, duplicates } = parseJsonStrict(text, maxJsonKeys);
    if (text.length > unboundedBytes) ensureMapBudget(value);
    return duplicates.length > 0 || isTooDeep(value)
      ? undefined
      : { value: sorted(plainNumbers(value)), duplicates: [] };
  } catch (error) {
    if (error instanceof ConformError && error.code === 'size') throw tooManyKeys(error);
    if (error instanceof ConformError) return undefined;
    throw error;
  }
}

/**
 * `parseYaml` for the body of a request: what is large is read on another thread, so that the others do not
 * wait. Rejects with YamlErrors, 413, 429 where too many wait already, and 504.
 */
export async function readYaml(body: Uint8Array): Promise<ParsedYaml> {
  const text = yamlText(body);
  return asJson(text) ?? (text.length <= maxTextHere ? parseYaml(text) : await parseOnThread(text));
}
