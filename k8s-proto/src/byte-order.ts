/** A code unit, so that surrogates, which stand for characters beyond U+FFFF, come last. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Compares two texts by their bytes in UTF-8, as Go compares strings. JavaScript's own order is that of
 * UTF-16, in which U+1F600 (😀) comes before U+FF21 (Ａ).
 */
export function compareBytes(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = one.charCodeAt(index) - other.charCodeAt(index);
    if (difference !== 0) return rank(one.charCodeAt(index)) - rank(other.charCodeAt(index));
  }
  return one.length - other.length;
}

/**
 * The texts in the order of their bytes in UTF-8: the argument itself where they stand so already, which does
 * not change.
 */
export function inByteOrder(texts: readonly string[]): readonly string[] {
  if (isInByteOrder(texts)) return texts;
  const sorted = texts.toSorted();
  return sorted.some(hasSurrogate) ? sorted.sort(compareBytes) : sorted;
}

/** Whether texts stand in the order of their bytes in UTF-8. */
export function isInByteOrder(texts: readonly string[]): boolean {
  for (let index = 1; index < texts.length; index++) {
    if (compareBytes(texts[index - 1]!, texts[index]!) > 0) return false;
  }
  return true;
}

/** Only these make the two orders differ. */
function hasSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}
