import { isSame } from '../generic/copy-object.ts';

function lines(next: object, old: object, path: string): string[] {
  const a = next as Record<string, unknown>;
  const b = old as Record<string, unknown>;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().flatMap((key) => {
    const [now, before] = [a[key], b[key]];
    if (isSame(now, before)) return [];
    const here = Array.isArray(next) ? `${path}[${key}]` : `${path}.${key}`;
    if (typeof now === 'object' && now !== null && typeof before === 'object' && before !== null) {
      return lines(now, before, here);
    }
    return [`${here}: ${JSON.stringify(before) ?? 'unset'} -> ${JSON.stringify(now) ?? 'unset'}`];
  });
}

/** The fields that differ, one a line: what follows "may not change" where kube-apiserver prints a diff of Go structs. */
export function describeDifferences(next: object, old: object, path: string): string {
  return lines(next, old, path).join('\n');
}
