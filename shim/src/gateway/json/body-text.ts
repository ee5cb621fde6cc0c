import type { IncomingMessage } from 'node:http';
import { JsonTextError } from './json-text.ts';

/**
 * A body's text in pieces, as they come. Who stops reading it can still answer.
 *
 * @throws JsonTextError where it is not UTF-8, in the words of protobuf for Go.
 */
export async function* bodyText(request: IncomingMessage): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let column = 1;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      const lossy = chunk.toString();
      // The string that it is in begins at the quote before it.
      const before = lossy.slice(0, Math.max(lossy.lastIndexOf('"', lossy.indexOf('\ufffd')), 0));
      advance(before);
      throw new JsonTextError(`proto: syntax error (line ${line}:${column}): invalid UTF-8 in string`);
    }
    advance(text);
    yield text;
  }

  function advance(text: string): void {
    const lines = text.split('\n');
    line += lines.length - 1;
    column = (lines.length > 1 ? 1 : column) + (lines.at(-1) ?? '').length;
  }
}
