/** An int64 as Go's `strconv.ParseInt` takes it; undefined for other text and for what does not fit. */
export function parseInt64(text: string | undefined): bigint | undefined {
  // No int64 has more digits, except with leading zeros.
  if (text === undefined || !/^[+-]?\d{1,100}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
