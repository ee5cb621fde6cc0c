import type { Ask } from './family.ts';

/** Waits until the server has written its own condition on an object, which is compared then. */
export async function untilCondition(ask: Ask, path: string, condition: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { status = {} } = JSON.parse((await ask.silently({ path })).body.toString()) as {
      status?: { conditions?: { type: string }[] };
    };
    if (status.conditions?.some(({ type }) => type === condition) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no condition ${condition} of ${path} after 5 s`);
}
