import type { AskedRequest } from './asked-server.ts';
import type { Ask } from './family.ts';

/**
 * Sends a request again and again, unrecorded, until its answer matches: a server looks at what changed a
 * moment ago only when its informers have it. The request must change nothing (`dryRun=All`).
 */
export async function untilAnswer(ask: Ask, request: AskedRequest, expected: RegExp): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 200; attempt++) {
    last = (await ask.silently(request)).body.toString();
    if (expected.test(last)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${request.path} did not answer with ${expected} in 5 s, but ${last}`);
}
