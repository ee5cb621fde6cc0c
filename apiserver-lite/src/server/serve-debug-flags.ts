import type { Logger } from 'pino';
import { readBody } from '../endpoints/body/read-body.ts';
import type { PathRouter } from '../http/path-router.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';

/** From this verbosity on every request is logged. */
const requestsLogged = 3;
const maxVerbosity = 2 ** 32 - 1;
const maxValueBytes = 64;

const index = `<html>
<head>
<title>/debug/flags/</title>
</head>
<body>
/debug/flags/<br>
<br>
flags:<br>
<table>
<tr>v<br>
</table>
<br>
full flags configurable<br>
</body>
</html>
`;

/**
 * `/debug/flags`: what can be changed while the server runs, and `/debug/flags/v`, where PUT changes the
 * verbosity of `log` (Kubernetes: `server/routes/debugsocket.go`, `flags.go`). Below `requestsLogged` the log
 * has the level that it had when the server started.
 */
export function serveDebugFlags(router: PathRouter, log: Logger): void {
  const { level } = log;
  const sendIndex: Handler = (context) =>
    sendBody(context, { code: 200, contentType: 'text/html; charset=utf-8', body: index });
  router.unlisted('/debug/flags', sendIndex);
  router.below('/debug/flags/', sendIndex);
  router.unlisted('/debug/flags/v', async (context) => {
    if (context.request.method !== 'PUT') return sendPlain(context, 406, 'unsupported http method\n');
    const value = Buffer.from(await readBody(context, maxValueBytes)).toString();
    const problem = /^\d+$/.test(value)
      ? Number(value) > maxVerbosity && 'value out of range'
      : 'invalid syntax';
    if (problem !== false) {
      return sendPlain(context, 400, `strconv.ParseUint: parsing ${JSON.stringify(value)}: ${problem}\n`);
    }
    log.level = Number(value) >= requestsLogged ? 'debug' : level;
    return sendPlain(context, 200, `successfully set klog.logging.verbosity to ${value}`);
  });
}

function sendPlain(context: RequestContext, code: number, body: string): Promise<void> {
  context.response.setHeader('X-Content-Type-Options', 'nosniff');
  return sendBody(context, { code, contentType: 'text/plain', body });
}
