import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type CommandResult, eventually, run } from '../command.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import { type Comparison, must, type Side } from './comparison.ts';
import { normalise } from './normalise.ts';

interface Keys {
  kvs?: { key: string; value: string; create_revision: number; mod_revision: number; version: number }[];
}

async function everything(side: Side): Promise<Keys['kvs']> {
  return (JSON.parse(await must(side, 'get', '', '--prefix', '-w', 'json')) as Keys).kvs ?? [];
}

/** How a file of a snapshot is read and restored: etcdutl's own subcommands, or those of an old etcdctl. */
interface Restorer {
  readonly program: string;
  /** A stock etcd, to be started on what was restored; without one, restoring is all. */
  readonly etcd: string | undefined;
  readonly folder: string;
}

/**
 * snapshot save, and with what it saved: status, restore, and a stock etcd that starts with the same keys at
 * the same revisions.
 */
export async function driveSnapshots(comparison: Comparison, restorer: Restorer): Promise<void> {
  const { program, etcd, folder } = restorer;
  for (let index = 0; index < 20; index++) {
    await comparison.same('put', (side) => must(side, 'put', `snapshot/${index}`, `value ${index}`));
  }
  await comparison.same('del', (side) => must(side, 'del', 'snapshot/7'));
  const restored = await comparison.same('snapshot save', async (side) => {
    const file = join(folder, `${side.name}.db`);
    const said = await must(side, 'snapshot', 'save', file);
    assert.match(said, /Snapshot saved at /);
    const status = JSON.parse(await run(program, ['snapshot', 'status', file, '-w', 'json'])) as {
      revision: number;
      totalKey: number;
    };
    const dataDir = join(folder, `${side.name}-restored`);
    await run(program, ['snapshot', 'restore', file, '--data-dir', dataDir]);
    const before = await everything(side);
    assert.ok(before !== undefined && status.totalKey >= before.length, JSON.stringify(status));
    const counts = { revision: status.revision, keys: before.length };
    if (etcd === undefined) return counts;
    const stock = await RunningStockEtcd.start(etcd, dataDir);
    try {
      const second: Side = { name: 'restored', url: stock.url, etcdctl: side.etcdctl.at(stock.url) };
      assert.deepEqual(await everything(second), before, `${side.name}: restored`);
      await must(second, 'put', 'after/restore', '1');
    } finally {
      await stock.stop();
    }
    return counts;
  });
  assert.equal(restored.keys, 19);
}

/** make-mirror, from the first to the second and back, with and without another prefix. */
export async function driveMirrors({ sides, ran }: Comparison): Promise<void> {
  ran.add('make-mirror');
  // Where there is one server only, it mirrors to itself, below another prefix.
  const [from, to = from] = sides as [Side, Side?];
  for (const [source, target] of [
    [from, to],
    [to, from],
  ] as const) {
    await must(source, 'put', 'mirrored/a', source.name);
    const flags = [
      '--prefix',
      'mirrored/',
      '--dest-prefix',
      `of-${source.name}/`,
      '--dest-insecure-transport',
    ];
    const mirror = source.etcdctl.start('make-mirror', ...flags, target.url);
    const seen = (key: string): Promise<string> =>
      must(target, 'get', `of-${source.name}/${key}`, '--print-value-only');
    await eventually(async () => (await seen('a')) === `${source.name}\n`);
    await must(source, 'put', 'mirrored/b', '1');
    await must(source, 'put', 'elsewhere', '1');
    await must(source, 'del', 'mirrored/a');
    await eventually(async () => (await seen('b')) === '1\n' && (await seen('a')) === '');
    const { stdout } = await mirror.end();
    assert.doesNotMatch(stdout, /[Ee]rror/);
    assert.equal(
      await must(target, 'get', `of-${source.name}/`, '--prefix', '--keys-only'),
      `of-${source.name}/b\n\n`,
    );
  }
}

/** The way out of a full store, as etcd's documentation tells it: alarm, delete, compact, defrag, disarm. */
export async function driveFullStore(comparison: Comparison): Promise<void> {
  await comparison.same('alarm list', async (side) => {
    const value = randomBytes(600_000).toString('base64');
    let refused: CommandResult | undefined;
    for (let count = 0; count < 100 && refused === undefined; count++) {
      const result = await side.etcdctl.run(['put', 'full'], value);
      if (result.code !== 0) refused = result;
    }
    assert.match(refused?.stderr ?? '', /etcdserver: mvcc: database space exceeded/, side.name);
    const alarm = normalise(await must(side, 'alarm', 'list'), side.url);
    const health = await side.etcdctl.run(['endpoint', 'health']);
    const small = await side.etcdctl.run(['put', 'small', '1']);
    const read = await must(side, 'get', 'full', '--keys-only');
    const { header } = JSON.parse(await must(side, 'get', 'full', '--keys-only', '-w', 'json')) as {
      header: { revision: number };
    };
    const deleted = await must(side, 'del', 'full');
    await must(side, 'compaction', String(header.revision + 1), '--physical');
    await must(side, 'defrag');
    const disarmed = normalise(await must(side, 'alarm', 'disarm'), side.url);
    const after = await must(side, 'put', 'small', '2');
    return {
      alarm,
      health: [health.code, normalise(health.stdout + health.stderr, side.url)],
      small: [small.code, normalise(small.stderr, side.url)],
      read,
      deleted,
      disarmed,
      left: await must(side, 'alarm', 'list'),
      after,
    };
  });
}

/**
 * What only a server of its kind can say: one that is alone in its cluster, and has nobody to lead instead.
 */
export async function driveMembers(comparison: Comparison): Promise<void> {
  await comparison.same('move-leader', async (side) => {
    const [id = ''] = (await must(side, 'member', 'list')).split(',');
    const said = normalise(await must(side, 'move-leader', id), side.url);
    assert.match(said, /Leadership transferred from <id> to <id>/);
    return said;
  });
  // A stock etcd would wait for the new member from then on, so only ours is asked.
  const [ours] = comparison.sides as [Side];
  const [id = ''] = (await must(ours, 'member', 'list')).split(',');
  const peer = '--peer-urls=http://127.0.0.1:9';
  const unhealthy = 'etcdserver: re-configuration failed due to not enough started members';
  for (const [args, message] of [
    [['member', 'add', 'second', peer], unhealthy],
    [['member', 'add', 'second', '--learner', peer], unhealthy],
    [['member', 'update', id, peer], unhealthy],
    [['member', 'remove', id], unhealthy],
    [['member', 'promote', id], 'etcdserver: can only promote a learner member'],
  ] as const) {
    await comparison.alone(ours, args, { code: 1, says: new RegExp(`Error: ${message}$`, 'm') });
  }
  await comparison.alone(ours, ['member', 'list'], { code: 0, says: new RegExp(`^${id}, started`) });
}
