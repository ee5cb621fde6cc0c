import { JsonSyntaxError, readJson } from '../json-reader.ts';

/** Go's message for a text that isn't JSON; undefined where it is. */
export function jsonSyntaxError(text: string): string | undefined {
  try {
    readJson(text, { exactNumbers: true });
    return undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}
