/** RFC 3339 with seconds, as `metav1.Time` prints: `2026-11-21T10:43:50Z`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
