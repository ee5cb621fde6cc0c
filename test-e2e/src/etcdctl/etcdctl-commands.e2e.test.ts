import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainEtcdctl } from '../clients/obtain.ts';
import { run } from '../command.ts';
import { temporaryDataDir } from '../running-pg8s.ts';
import { authCommands, disableAuth, enableAuth, protectedRoot } from './auth-commands.ts';
import { Comparison, type EtcdctlVersion, step } from './comparison.ts';
import { kvCommands } from './kv-commands.ts';
import { leaseCommands } from './lease-commands.ts';
import { maintenanceCommands } from './maintenance-commands.ts';
import { driveFullStore, driveMembers, driveMirrors, driveSnapshots } from './operator-commands.ts';
import { startServers, type Transport } from './servers.ts';
import { driveSessions } from './session-commands.ts';
import { driveWatches } from './watch-commands.ts';

/** Subcommands that no server takes part in, or that are measured elsewhere, each with the reason. */
const notDriven: Readonly<Record<string, string>> = {
  help: 'prints what is known without a server',
  migrate: 'converts files of etcd 2',
  'snapshot restore': 'run by driveSnapshots, without a server',
  'snapshot status': 'run by driveSnapshots, without a server',
  'check perf': 'takes a minute: in the nightly tests',
};

const current = await obtainCurrentEtcd();
const stock = current.paths?.etcd;
const files = await temporaryDataDir();
after(() => files.remove());

const installed = await obtainEtcdctl();
const programs: { name: string; path: string | undefined; version: EtcdctlVersion }[] = [
  { name: 'installed', path: installed, version: await versionOf(installed) },
  { name: 'current', path: current.paths?.etcdctl, version: '3.6' },
];

async function versionOf(program: string): Promise<EtcdctlVersion> {
  const [, version] = /etcdctl version: (3\.\d+)/.exec(await run(program, ['version'])) ?? [];
  return version as EtcdctlVersion;
}

/** What was driven with either program. */
const driven = new Map<EtcdctlVersion, Set<string>>();
let count = 0;

/** Both servers, empty, for one test. */
async function compared(
  t: TestContext,
  { path, version }: (typeof programs)[number],
  transport: Transport,
  ...flags: readonly string[]
): Promise<Comparison> {
  const folder = join(files.path, String(++count));
  const servers = await startServers({ etcdctl: path ?? '', etcd: stock, folder, transport, flags });
  const comparison = new Comparison(servers.sides, version);
  const seen = driven.get(version) ?? new Set();
  driven.set(version, seen);
  t.after(async () => {
    for (const words of comparison.ran) seen.add(words);
    await servers.stop();
  });
  return comparison;
}

/** What needs more than one call: it goes last, as it takes no exact number of revisions. */
async function driveLongCommands(comparison: Comparison): Promise<void> {
  await driveWatches(comparison);
  await driveSessions(comparison);
  await driveMembers(comparison);
}

const other = stock === undefined ? 'alone' : 'and a stock etcd alike';
for (const program of programs) {
  const { name, path, version } = program;
  const restorer = version < '3.6' ? path : current.paths?.etcdutl;
  const skip = path === undefined && `there is no ${name} etcdctl: ${current.missing}`;
  describe(`${name} etcdctl (${version}) drives pg8s ${other}`, { skip, timeout: 300_000 }, () => {
    if (name === 'current') {
      test('all commands in plain text', async (t) => {
        const comparison = await compared(t, program, 'plain text');
        await comparison.run([...kvCommands, ...leaseCommands, ...maintenanceCommands]);
        await driveLongCommands(comparison);
      });

      test('users and passwords over TLS', async (t) => {
        const comparison = await compared(t, program, 'TLS', '--bcrypt-cost', '4');
        const root = ['--user', 'root:rootpw'];
        await comparison.run(enableAuth);
        await comparison.run([step('get k', { code: 1, says: /etcdserver: user name is empty/ })]);
        await comparison.run(authCommands, ...root);
        await comparison.run(protectedRoot, '--user', 'root', '--password', 'rootpw');
        await comparison.run(
          [step('get k', { code: 2, says: /authentication failed, invalid user ID or password/ })],
          '--user',
          'ann:pw',
        );
        await comparison.run(leaseCommands, ...root);
        await comparison.run(disableAuth, ...root);
      });
    } else {
      test('all commands with client certificates, the name in which is the user', async (t) => {
        const comparison = await compared(t, program, 'client certificates', '--bcrypt-cost', '4');
        await comparison.run(enableAuth);
        await comparison.run([...kvCommands, ...leaseCommands, ...maintenanceCommands]);
        await comparison.run([...authCommands, ...protectedRoot]);
        await driveLongCommands(comparison);
        await comparison.run(disableAuth);
      });
    }

    test('what operators do: snapshots that are restored, mirrors, a full store', async (t) => {
      const comparison = await compared(t, program, 'plain text', '--quota-backend-bytes', '25000000');
      const folder = join(files.path, `snapshots-${version}`);
      await mkdir(folder);
      // What the etcdctl of 3.4 restores, no current etcd takes.
      const etcd = version < '3.6' ? undefined : stock;
      await driveSnapshots(comparison, { program: restorer ?? '', etcd, folder });
      await driveMirrors(comparison);
      await driveFullStore(comparison);
      await comparison.run([
        step('check datascale', { says: /PASS: Approximate system memory used/, differs: 'it measures' }),
      ]);
    });

    test('no subcommand was forgotten', async () => {
      const help = await run(path ?? '', ['--help']);
      const [, commands = ''] = /COMMANDS:\n([^]*?)\n\n/.exec(help) ?? [];
      const names = [...commands.matchAll(/^\s+([a-z-]+(?: [a-z-]+)*)\t/gm)].map(([, found = '']) => found);
      assert.ok(names.length > 40, help);
      const left = names.filter((words) => !(driven.get(version)?.has(words) || words in notDriven));
      assert.deepEqual(left, []);
    });
  });
}
