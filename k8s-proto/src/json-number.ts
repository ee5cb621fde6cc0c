/**
 * A number of a JSON text that only its text tells exactly: `80.0`, `8e1`, `1e400`, integers of more than 64
 * bits.
 */
export class NumberToken {
  /** As it stands in the text. */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.source);
  }
}

/** The number that a token's text stands for; any other value as it is. */
export function plainNumber(value: unknown): unknown {
  return value instanceof NumberToken ? Number(value.source) : value;
}

/** A parsed JSON value without tokens. Shares with the original what had none. */
export function plainNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (value instanceof NumberToken) return plainNumber(value);
  if (Array.isArray(value)) {
    const items = value.map(plainNumbers);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  let plain: [string, unknown][] | undefined;
  const keys = Object.keys(value);
  keys.forEach((key, index) => {
    const item = (value as Record<string, unknown>)[key];
    const next = plainNumbers(item);
    if (next !== item)
      plain ??= keys.slice(0, index).map((each) => [each, (value as Record<string, unknown>)[each]]);
    plain?.push([key, next]);
  });
  return plain === undefined ? value : Object.fromEntries(plain);
}
