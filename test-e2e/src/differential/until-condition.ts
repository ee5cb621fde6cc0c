import type { Ask } from './family.ts';

/** Waits until the server has written its own condition on an object, which is compared then. */
export async function untilCondition(ask: Ask, path: string, condition: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { status = {} } = JSON.parse((await ask.silently({ path })).body.toString()) as {
      status?: { conditions?: { type: string; reason?: string }[] };
    };
    // A definition is first said to be installed, and established a moment later.
    const isThere = ({ type, reason }: { type: string; reason?: string }): boolean =>
      type === condition && reason !== 'Installing';
    if (status.conditions?.some(isThere) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no condition ${condition} of ${path} after 5 s`);
}

/** Waits until the server has deleted the objects of a definition that is being deleted. */
export async function untilCleanedUp(ask: Ask, path: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const { metadata = {} } = JSON.parse((await ask.silently({ path })).body.toString()) as {
      metadata?: { finalizers?: string[] };
    };
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes('customresourcecleanup.apiextensions.k8s.io')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} was not cleaned up after 20 s`);
}
