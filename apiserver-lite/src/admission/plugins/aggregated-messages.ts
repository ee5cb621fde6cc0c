/**
 * Several messages as one, each once: alone, or in brackets (Kubernetes:
 * `apimachinery/pkg/util/errors.Aggregate`).
 */
export function aggregated(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
