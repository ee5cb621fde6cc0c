import { notAcceptable } from '../api-errors/status-error.ts';
import type { PathRouter } from '../http/path-router.ts';
import { sendBody } from '../http/respond.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Between a name and its value one of these stands, so that nobody parses the text. */
const delimiters = [': ', ' ', '= '];
/** What the page names of the paths beside it. */
const named: ReadonlySet<string> = new Set([
  '/healthz',
  '/livez',
  '/metrics',
  '/readyz',
  '/statusz',
  '/version',
]);
const mediaTypes = ['application/json', 'application/yaml', 'text/plain'];

/** What the page says. */
export interface StatuszOptions {
  /** As in `/version`. */
  version: { gitVersion: string; goVersion: string; major: string; minor: string };
  /** When the server started, milliseconds since the epoch. */
  startedAtMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
}

/**
 * `/statusz`: since when the server runs, and which version it is, for people (component-base:
 * `zpages/statusz`).
 */
export function serveStatusz(router: PathRouter, options: StatuszOptions): void {
  const { version, startedAtMs, now, random } = options;
  router.any('/statusz', async (context) => {
    if (!acceptsText(context.request.headers.accept ?? '')) throw notAcceptable(mediaTypes);
    const { gitVersion, goVersion, major, minor } = version;
    const delimiter = delimiters[Math.floor(random() * delimiters.length)]!;
    const lines = [
      ['Started', unixDate(startedAtMs)],
      ['Up', duration(now() - startedAtMs)],
      ['Go version', goVersion],
      ['Binary version', gitVersion.replace(/^v/, '')],
      ['Emulation version', `${major}.${minor}`],
      [
        'Paths',
        router
          .paths()
          .filter((path) => named.has(path))
          .join(' '),
      ],
    ].map(([name, value]) => `${name}${delimiter} ${value}\n`);
    await sendBody(context, {
      code: 200,
      contentType: 'text/plain; charset=utf-8',
      body:
        '\napiserver statusz\nWarning: This endpoint is not meant to be machine parseable, has no formatting compatibility ' +
        `guarantees and is for debugging purposes only.\n\n${lines.join('')}`,
    });
  });
}

function acceptsText(accept: string): boolean {
  if (accept.trim() === '') return true;
  return accept.split(',').some((range) => /^\s*(\*\/\*|text\/(\*|plain))\s*(;|$)/.test(range));
}

/** As Go's `time.UnixDate`, in UTC. */
function unixDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} UTC ${date.getUTCFullYear()}`;
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
}
