import type { PathRouter } from '../http/path-router.ts';
import { zpage, type ZPageOptions } from './zpage.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** What the page names of the paths beside it. */
const named: ReadonlySet<string> = new Set([
  '/flagz',
  '/healthz',
  '/livez',
  '/metrics',
  '/readyz',
  '/statusz',
  '/version',
]);

/** What the page says. */
export interface StatuszOptions extends ZPageOptions {
  /** As in `/version`. */
  version: { gitVersion: string; goVersion: string; major: string; minor: string };
  /** When the server started, milliseconds since the epoch. */
  startedAtMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * `/statusz`: since when the server runs, and which version it is (component-base: `zpages/statusz`,
 * KEP-4827).
 */
export function serveStatusz(router: PathRouter, options: StatuszOptions): void {
  const { version, startedAtMs, now } = options;
  const binaryVersion = version.gitVersion.replace(/^v/, '');
  const emulationVersion = `${version.major}.${version.minor}`;
  const paths = (): string[] => router.paths().filter((path) => named.has(path));
  const page = zpage(
    {
      name: 'statusz',
      kind: 'Statusz',
      text(delimiter) {
        const lines = [
          ['Started', unixDate(startedAtMs)],
          ['Up', duration(now() - startedAtMs)],
          ['Go version', version.goVersion],
          ['Binary version', binaryVersion],
          ['Emulation version', emulationVersion],
          ['Paths', paths().join(' ')],
        ];
        return `\n${lines.map(([name, value]) => `${name}${delimiter} ${value}\n`).join('')}`;
      },
      fields: () => ({
        startTime: `${new Date(startedAtMs).toISOString().slice(0, 19)}Z`,
        uptimeSeconds: Math.floor((now() - startedAtMs) / 1000),
        goVersion: version.goVersion,
        binaryVersion,
        emulationVersion,
        paths: paths(),
      }),
    },
    options,
  );
  router.any('/statusz', page);
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
