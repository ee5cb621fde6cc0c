import type { Logger } from 'pino';
import type { PathRouter } from '../http/path-router.ts';
import type { Handler } from '../http/request-context.ts';
import { sendBody, sendText } from '../http/respond.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';

/** One thing that must be well; throws where it is not. */
export interface HealthCheck {
  name: string;
  check(): Promise<void> | void;
}

/** The server answers at all. */
export const ping: HealthCheck = { name: 'ping', check: () => undefined };

/** A check may hang with what it looks at; the answer must not. */
const checkTimeoutMs = 5000;

/** What is to be checked, and who hears how each check of the whole ended. */
export interface HealthOptions {
  checks: readonly HealthCheck[];
  observe?: (type: string, name: string, succeeded: boolean) => void;
  /** Counts the answers of the whole. Default: they are not counted. */
  requests?: RequestMetrics;
}

/** Serves `path` (`?verbose`, `?exclude=NAME`) and `path/NAME` (Kubernetes: `server/healthz`). */
export function serveHealth(router: PathRouter, path: string, options: HealthOptions): void {
  const { checks } = options;
  const whole = wholeHealth(path.slice(1), options);
  router.any(path, options.requests?.countedPath(path, '', whole) ?? whole);
  for (const check of checks) router.any(`${path}/${check.name}`, oneCheck(check));
}

function wholeHealth(name: string, { checks, observe }: HealthOptions): Handler {
  return async (context) => {
    const query = context.url.searchParams;
    const excluded = new Set(query.getAll('exclude'));
    const results = await Promise.all(
      checks.map(async (check) => {
        if (excluded.delete(check.name)) return `[+]${check.name} excluded: ok`;
        const error = await failure(check);
        observe?.(name, check.name, error === undefined);
        return lineOf(check, error, context.log);
      }),
    );
    const unknown = [...excluded].sort().map((check) => JSON.stringify(check));
    if (unknown.length > 0) {
      results.push(`warn: some health checks cannot be excluded: no matches for ${unknown.join(',')}`);
    }
    const report = results.map((line) => `${line}\n`).join('');
    if (results.some((line) => line.startsWith('[-]'))) {
      await sendText(context, 500, `${report}${name} check failed\n`);
    } else {
      await sendText(context, 200, query.has('verbose') ? `${report}${name} check passed\n` : 'ok');
    }
  };
}

/** The reason is for those who may read the log, or the check's own path; everybody may read this line. */
function lineOf({ name }: HealthCheck, error: Error | undefined, log: Logger): string {
  if (error === undefined) return `[+]${name} ok`;
  log.info({ err: error, check: name }, 'health check failed');
  return `[-]${name} failed: reason withheld`;
}

const plainText = 'text/plain; charset=utf-8';

function oneCheck(check: HealthCheck): Handler {
  return async (context) => {
    const error = await failure(check);
    // As kube-apiserver: what is well goes without the header of Go's http.Error.
    if (error === undefined) await sendBody(context, { code: 200, contentType: plainText, body: 'ok' });
    else await sendText(context, 500, `internal server error: ${error.message}\n`);
  };
}

async function failure({ check }: HealthCheck): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      check(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('timed out')), checkTimeoutMs);
      }),
    ]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}
