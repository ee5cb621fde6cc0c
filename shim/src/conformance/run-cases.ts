import { describe, test } from 'node:test';
import { CaseWorld, type ConformanceCase, type Target } from './case.ts';
import { Gateway, gatewayCases } from './cases/gateway-cases.ts';
import { kvCases } from './cases/kv-cases.ts';
import { leaseCases } from './cases/lease-cases.ts';
import { malformedCases } from './cases/malformed-cases.ts';
import { RawHttp2 } from './cases/raw-http2.ts';
import { maintenanceCases } from './cases/maintenance-cases.ts';
import { upkeepCases } from './cases/upkeep-cases.ts';
import { txnCases } from './cases/txn-cases.ts';
import { watchCases } from './cases/watch-cases.ts';
import { createMaintenanceClient } from '../client/maintenance-client.ts';
import { RawConnection, wireCases } from './cases/wire-cases.ts';

const groups: readonly [name: string, cases: readonly ConformanceCase[]][] = [
  ['kv', kvCases],
  ['txn', txnCases],
  ['watch', watchCases],
  ['lease', leaseCases],
  ['maintenance', maintenanceCases],
];

/**
 * The conformance suite: everything here is expected of every etcd server alike, over every transport.
 * Declares one test per case; `open` is called once, before the first.
 */
export function runCases(name: string, open: () => Promise<Target & { close(): Promise<void> }>): void {
  describe(`etcd conformance: ${name}`, async () => {
    const opened = open();
    for (const [group, cases] of groups) {
      for (const each of cases) {
        test(`${group}: ${each.name}`, { timeout: 20_000 }, async (context) => {
          const target = await opened;
          const reason = each.differsIn?.[target.version];
          if (reason !== undefined) return context.skip(`etcd ${target.version} differs: ${reason}`);
          if (each.differsInProcess !== undefined && target.url === undefined)
            return context.skip(`in process: ${each.differsInProcess}`);
          const world = new CaseWorld(target.client);
          try {
            await each.run(world);
          } finally {
            world.close();
          }
        });
      }
    }
    for (const each of wireCases) {
      test(`wire: ${each.name}`, { timeout: 20_000 }, async (context) => {
        const { url, version } = await opened;
        if (url === undefined) return context.skip('in process there is no wire');
        const reason = each.differsIn?.[version];
        if (reason !== undefined) return context.skip(`etcd ${version} differs: ${reason}`);
        const connection = new RawConnection(url);
        try {
          await each.run(connection);
        } finally {
          connection.close();
        }
      });
    }
    for (const each of malformedCases) {
      test(`malformed: ${each.name}`, { timeout: 20_000 }, async (context) => {
        const { url, version } = await opened;
        if (url === undefined) return context.skip('in process there is no wire');
        const reason = each.differsIn?.[version];
        if (reason !== undefined) return context.skip(`etcd ${version} differs: ${reason}`);
        await each.run(new RawHttp2(url));
      });
    }
    for (const each of upkeepCases) {
      test(`upkeep: ${each.name}`, { timeout: 20_000 }, async (context) => {
        const { url, version, client, maintenance } = await opened;
        if (url === undefined && maintenance === undefined) {
          return context.skip('the clients of this target have no Maintenance service');
        }
        const reason = each.differsIn?.[version];
        if (reason !== undefined) return context.skip(`etcd ${version} differs: ${reason}`);
        const world = new CaseWorld(client);
        const upkeep = maintenance?.() ?? createMaintenanceClient(url as string);
        try {
          await each.run(world, upkeep);
        } finally {
          upkeep.close();
          world.close();
        }
      });
    }
    for (const each of gatewayCases) {
      test(`gateway: ${each.name}`, { timeout: 20_000 }, async (context) => {
        const { url, version } = await opened;
        if (url === undefined) return context.skip('in process there is no gateway');
        const reason = each.differsIn?.[version];
        if (reason !== undefined) return context.skip(`etcd ${version} differs: ${reason}`);
        await each.run(new Gateway(url));
      });
    }
    test('close', async () => {
      const target = await opened;
      target.client.close();
      await target.close();
    });
  });
}
