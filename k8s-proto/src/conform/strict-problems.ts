import { goQuote } from '../go-quote.ts';
import type { FieldType } from '../schema/field-type.ts';
import { keyPositions } from './parse-json-strict.ts';
import type { DuplicateKey } from './parse-json-strict.ts';
import { planOf } from './plan.ts';
import type { FieldPath } from './walk.ts';

/** kube-apiserver reports no more than that many. */
const maxProblems = 100;

/** `spec.containers[0].image`. */
export function formatFieldPath(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

/**
 * Go looks for duplicates in what it decodes field by field: not below unknown fields, nor in opaque values.
 */
function isDecoded(path: FieldPath, message: string): boolean {
  let type: FieldType | undefined = { kind: 'message', name: message, goType: '' };
  for (const part of path) {
    if (type?.kind === 'message' && typeof part === 'string') {
      const plan = planOf(type.name);
      const index = plan.indexes.get(part);
      if (index === undefined) return false;
      type = plan.fields[index]?.type;
    } else if (type?.kind === 'list' && typeof part === 'number') {
      type = type.element;
    } else if (type?.kind === 'map' && typeof part === 'string') {
      type = type.value;
    } else {
      return false;
    }
  }
  return true;
}

/**
 * The findings of strict decoding, worded as kube-apiserver does: `unknown field "spec.foo"`,
 * `duplicate field "spec.replicas"`; each once, in the order of the document.
 */
export function strictProblems(
  text: string,
  message: string,
  found: { unknownFields: readonly FieldPath[]; duplicates: readonly DuplicateKey[] },
): string[] {
  const { unknownFields } = found;
  const duplicates = found.duplicates.map(({ path }) => path).filter((path) => isDecoded(path, message));
  const problems = [
    ...unknownFields.map((path) => ({ path, duplicate: false })),
    ...duplicates.map((path) => ({ path, duplicate: true })),
  ];
  if (unknownFields.length > 0 && duplicates.length > 0) {
    const positions = keyPositions(
      text,
      problems.map(({ path }) => path),
    );
    const position = ({ path, duplicate }: { path: FieldPath; duplicate: boolean }): number => {
      const known = positions.get(JSON.stringify(path));
      return (duplicate ? known?.again : known?.first) ?? 0;
    };
    problems.sort((a, b) => position(a) - position(b));
  }
  const lines = problems.map(
    ({ path, duplicate }) => `${duplicate ? 'duplicate' : 'unknown'} field ${goQuote(formatFieldPath(path))}`,
  );
  return [...new Set(lines)].slice(0, maxProblems);
}
