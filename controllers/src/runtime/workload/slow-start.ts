/**
 * Calls `act` `count` times in batches of 1, 2, 4 …, each batch at once, and stops after a batch in which a
 * call failed: a quota that refuses Pods refuses one, not five hundred (client-go:
 * `slowStartBatch`). Returns how many succeeded, and the first error.
 */
export async function slowStart(
  count: number,
  act: (index: number) => Promise<void>,
): Promise<{ succeeded: number; error: unknown }> {
  let succeeded = 0;
  let next = 0;
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - next)) {
    const batch = Array.from({ length: size }, (_, offset) => act(next + offset));
    next += size;
    const results = await Promise.allSettled(batch);
    const failed = results.find((result) => result.status === 'rejected');
    succeeded += results.filter((result) => result.status === 'fulfilled').length;
    if (failed) return { succeeded, error: failed.reason };
  }
  return { succeeded, error: undefined };
}
