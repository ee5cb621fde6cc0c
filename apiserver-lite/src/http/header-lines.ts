/**
 * The values of a header that may stand several times in a request, in their order, as UTF-8. Node joins the
 * lines of such a header in `headers`; `name` is in lower case.
 */
export function headerLines(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) {
      values.push(Buffer.from(rawHeaders[index + 1] ?? '', 'latin1').toString('utf8'));
    }
  }
  return values;
}

/**
 * The key of a user's extra field by the end of a header's name.
 * Keys are percent-encoded where they have characters that headers cannot; one that is not is taken as it is.
 */
export function extraKeyOf(encoded: string): string {
  const lower = encoded.toLowerCase();
  try {
    return decodeURIComponent(lower);
  } catch {
    return lower;
  }
}
