import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import { goBoolean } from '@pg8s/k8s-proto/component-base/component-flag';

/** Lists that kube-apiserver keeps as text, or as a map, which are printed without brackets. */
const plainLists: ReadonlySet<string> = new Set([
  'feature-gates',
  'runtime-config',
  'service-cluster-ip-range',
]);

/**
 * All flags with their values, given or by default, as kube-apiserver prints them: lists in brackets, `v=3`
 * where `=3` was given for the short flag.
 */
export function flagValues(
  flags: readonly ComponentFlag[],
  textOf: (name: string) => string,
): Record<string, string> {
  return Object.fromEntries(flags.map((flag) => [flag.name, printed(flag, textOf(flag.name))]));
}

function printed({ name, type }: ComponentFlag, text: string): string {
  if (type === 'boolean') return String(goBoolean(text) ?? text);
  if (type !== 'list' || plainLists.has(name) || text.startsWith('[')) return text;
  return `[${text}]`;
}
