import { JsonSyntaxError, readJson } from '../json-reader.ts';

/** Go's message for a text that isn't JSON; undefined where it is. Bytes may be no UTF-8. */
export function jsonSyntaxError(text: string | Buffer): string | undefined {
  try {
    if (typeof text === 'string') readJson(text, { exactNumbers: true });
    else readJson(text.toString('latin1'), { exactNumbers: true, bytes: true });
    return undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}
