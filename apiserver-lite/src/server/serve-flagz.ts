import type { PathRouter } from '../http/path-router.ts';
import { zpage, type ZPageOptions } from './zpage.ts';

/** What the page says. */
export interface FlagzOptions extends ZPageOptions {
  /** Every flag with its value, as Go prints it. */
  flags: Readonly<Record<string, string>>;
}

/** `/flagz`: all flags of the server, as they are in effect (component-base: `zpages/flagz`, KEP-4828). */
export function serveFlagz(router: PathRouter, { flags, ...options }: FlagzOptions): void {
  const sorted = Object.entries(flags).toSorted(([left], [right]) => (left < right ? -1 : 1));
  let text: string | undefined;
  const page = zpage(
    {
      name: 'flagz',
      kind: 'Flagz',
      // Flags do not change, and neither does the text.
      text: (delimiter) => (text ??= sorted.map(([name, value]) => `${name}${delimiter}${value}\n`).join('')),
      fields: () => ({ flags: Object.fromEntries(sorted) }),
    },
    options,
  );
  router.any('/flagz', page);
}
