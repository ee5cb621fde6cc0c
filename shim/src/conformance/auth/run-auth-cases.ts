import { after, describe, test } from 'node:test';
import { authCases } from './auth-cases.ts';
import { AuthWorld } from './auth-world.ts';
import { gatewayAuthCases } from './gateway-auth-cases.ts';

/** A server for auth alone: it is on for all that use it. */
export interface AuthTarget {
  readonly url: string;
  /** `3.4`, or `shim` */
  readonly version: string;
  close(): Promise<void>;
}

/** The part of the conformance suite that is about auth, on a server of its own. */
export function runAuthCases(name: string, open: () => Promise<AuthTarget>): void {
  describe(`etcd conformance of auth: ${name}`, () => {
    const opened = open();
    after(async () => (await opened).close());
    for (const each of [...authCases, ...gatewayAuthCases]) {
      test(each.name, { timeout: 60_000 }, async (context) => {
        const { url, version } = await opened;
        const reason = each.differsIn?.[version];
        if (reason !== undefined) return context.skip(`etcd ${version} differs: ${reason}`);
        const world = new AuthWorld(url);
        try {
          await each.run(world);
        } finally {
          await world.close();
        }
      });
    }
  });
}
