import { goValue } from './go-value.ts';
import { lineDiff } from './line-diff.ts';

/**
 * What follows "may not change" or "is immutable": both sides as indented JSON of kube-apiserver's types, as
 * a diff.
 */
export function describeChange(message: string, before: unknown, after: unknown): string {
  return lineDiff(goValue(message, before).json(1), goValue(message, after).json(1));
}
