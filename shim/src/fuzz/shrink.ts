/**
 * The shortest list found, by leaving out ever smaller parts, of which `fails` still holds: it holds for
 * `items`. At most `attempts` lists are tried (Zeller and Hildebrandt's ddmin, without its second half).
 */
export async function shrink<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
  attempts: number,
): Promise<readonly Item[]> {
  let smallest = items;
  let left = attempts;
  for (
    let size = Math.ceil(items.length / 2);
    size >= 1 && left > 0;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let at = smallest.length - size; at > -size && left > 0; at -= size) {
      const shorter = [...smallest.slice(0, Math.max(at, 0)), ...smallest.slice(at + size)];
      left--;
      if (shorter.length < smallest.length && (await fails(shorter))) smallest = shorter;
    }
  }
  return smallest;
}
