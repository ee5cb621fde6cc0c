import assert from 'node:assert/strict';
import { eventually } from '../command.ts';
import { type Comparison, must, type Side } from './comparison.ts';
import { normalise } from './normalise.ts';

/** lock, elect and lease keep-alive: those that hold a lease while they run. */
export async function driveSessions(comparison: Comparison): Promise<void> {
  assert.deepEqual(await comparison.same('lock', (side) => outcome(side, 'lock', 'l', 'echo', 'held')), [
    0,
    'held\n',
    '',
  ]);
  const failing = await comparison.same('lock', (side) =>
    outcome(side, 'lock', 'l', '--', 'sh', '-c', 'exit 7'),
  );
  // Older ones end with 1 whatever the command ends with.
  assert.match(JSON.stringify(failing), /^\[[17],"","Error: exit status 7/);
  await comparison.same('lock', contend);
  await comparison.same('elect', elect);
  await comparison.same('lease keep-alive', keepAlive);
}

/** A second one waits until the first lets go, and takes the lock at once then. */
async function contend(side: Side): Promise<unknown> {
  const first = side.etcdctl.start('lock', 'contended', '--ttl=60');
  await first.says(/^contended\/[0-9a-f]+\n/);
  const second = side.etcdctl.start('lock', 'contended', 'echo', 'now');
  // Both stand in the queue: two keys, of which the first is the owner.
  await eventually(async () =>
    /"Count" : 2/.test(await must(side, 'get', 'contended/', '--prefix', '-w', 'fields')),
  );
  assert.equal(second.stdout, '');
  const { code } = await first.end();
  const { stdout } = await second.result();
  return { code, stdout, left: await must(side, 'get', 'contended/', '--prefix', '--keys-only') };
}

async function elect(side: Side): Promise<unknown> {
  const observer = side.etcdctl.start('elect', '--listen', 'election');
  const first = side.etcdctl.start('elect', 'election', 'first');
  await first.says(/^election\/[0-9a-f]+\nfirst\n/);
  await observer.says(/election\/[0-9a-f]+\nfirst\n/);
  const second = side.etcdctl.start('elect', 'election', 'second');
  await eventually(async () =>
    /"Count" : 2/.test(await must(side, 'get', 'election/', '--prefix', '-w', 'fields')),
  );
  const { code } = await first.end();
  await second.says(/^election\/[0-9a-f]+\nsecond\n/);
  await observer.says(/election\/[0-9a-f]+\nsecond\n/);
  await second.end();
  const { stdout } = await observer.end();
  return { code, seen: normalise(stdout, side.url), left: await must(side, 'get', 'election/', '--prefix') };
}

/** A lease of two seconds outlives them only while somebody keeps it alive. */
async function keepAlive(side: Side): Promise<unknown> {
  const [, lease = ''] = /lease ([0-9a-f]+) granted/.exec(await must(side, 'lease', 'grant', '2')) ?? [];
  await must(side, 'put', '--lease', lease, 'kept', 'x');
  const keeper = side.etcdctl.start('lease', 'keep-alive', lease);
  await keeper.says(/(lease [0-9a-f]+ keepalived with TTL\(2\)\n){5}/);
  const kept = await must(side, 'get', 'kept');
  await must(side, 'lease', 'revoke', lease);
  const { code, stdout } = await keeper.result();
  const lines = new Set(normalise(stdout, side.url).trim().split('\n'));
  return { kept, code, lines: [...lines], left: await must(side, 'get', 'kept') };
}

async function outcome(side: Side, ...args: readonly string[]): Promise<[number, string, string]> {
  const { code, stdout, stderr } = await side.etcdctl.run(args);
  return [code, stdout, normalise(stderr, side.url)];
}
