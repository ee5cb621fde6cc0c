import assert from 'node:assert/strict';
import { eventually } from '../command.ts';
import { type Comparison, must, type Side } from './comparison.ts';
import { normalise } from './normalise.ts';

const compacted = /^\d+\nwatch was canceled \(etcdserver: mvcc: required revision has been compacted\)/;
const asShell = ['--', 'sh', '-c', 'echo $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE'] as const;

/** watch with all its flags, in all its forms, over a history that it writes under `w/`. */
export async function driveWatches(comparison: Comparison): Promise<void> {
  const starts = new Map<Side, number>();
  await comparison.same('put', async (side) => void starts.set(side, await writeHistory(side)));
  const start = (side: Side): number => starts.get(side) ?? 0;
  const watched = (until: RegExp, ...args: readonly string[]): Promise<string> =>
    comparison.same('watch', async (side) => {
      const watch = side.etcdctl.start('watch', `--rev=${start(side)}`, ...args);
      await watch.says(until);
      return normalise((await watch.end()).stdout, side.url).trim();
    });

  assert.equal(await watched(/DELETE\nw\/a\n/, 'w/a'), 'PUT\nw/a\n1\nPUT\nw/a\n3\nDELETE\nw/a');
  assert.equal(
    await watched(/DELETE\nw\/a\n3\nw\/a\n/, '--prefix', '--prev-kv', 'w/'),
    'PUT\nw/a\n1\nPUT\nw/b\n2\nPUT\nw/a\n1\nw/a\n3\nDELETE\nw/a\n3\nw/a',
  );
  assert.match(await watched(/"Lease" : 0/, '-w', 'fields', 'w/b', 'w/c'), /"Type" : PUT\n"Key" : "w\/b"/);
  assert.match(await watched(/DELETE\n.*\n/, '--hex', 'w/a'), /\\x77\\x2f\\x61\n\\x31/);
  assert.match(
    await watched(/"DELETE".*\n/, 'w/a', ...asShell),
    /"PUT" "w\/a" "1"\n"PUT" "w\/a" "3"\n"DELETE" "w\/a" ""/,
  );
  const events = await comparison.same('watch', async (side) => {
    const watch = side.etcdctl.start('watch', `--rev=${start(side)}`, '--prefix', 'w/', '-w', 'json');
    await watch.says(/"type":1.*\n/);
    const lines = (await watch.end()).stdout.trim().split('\n');
    // In how many responses they come is a matter of time.
    return lines.flatMap((line) => (JSON.parse(line) as { Events: object[] }).Events);
  });
  assert.equal(events.length, 4);

  await comparison.same('watch', (side) => watchInteractively(side, start(side)));
  await comparison.same('watch', watchFromNowOn);

  await comparison.same('compaction', (side) => must(side, 'compaction', String(start(side) + 1)));
  const refused = await comparison.same('watch', async (side) => {
    const { code, stdout, stderr } = await side.etcdctl.run(['watch', 'w/a', `--rev=${start(side)}`]);
    return normalise(`${code}\n${stdout}${stderr}`, side.url);
  });
  assert.match(refused, compacted);
}

/** Four changes; resolves to the revision of the first. */
async function writeHistory(side: Side): Promise<number> {
  const { header } = JSON.parse(await must(side, 'get', 'nothing', '-w', 'json')) as {
    header: { revision: number };
  };
  await must(side, 'put', 'w/a', '1');
  await must(side, 'put', 'w/b', '2');
  await must(side, 'put', 'w/a', '3');
  await must(side, 'del', 'w/a');
  return header.revision + 1;
}

async function watchInteractively(side: Side, start: number): Promise<object> {
  const watch = side.etcdctl.start('watch', '--interactive');
  watch.write(`watch w/b --rev=${start}\n`);
  await watch.says(/PUT\nw\/b\n2\n/);
  watch.write(`watch "w/a" "w/b" --prev-kv --rev=${start}\n`);
  await watch.says(/DELETE\nw\/a\n3\nw\/a\n/);
  watch.write('progress\n');
  await watch.says(/progress notify: \d+\n/);
  watch.write('nonsense\n');
  watch.endInput();
  const { code, stdout, stderr } = await watch.result();
  return { code, stdout, stderr: normalise(stderr, side.url) };
}

/**
 * When such a watch has been made, only its output tells: it is written to until then. Many small events, one
 * by one, are no reason to end a connection: Go clients ping after each of them.
 */
async function watchFromNowOn(side: Side): Promise<object> {
  const watch = side.etcdctl.start('watch', 'live/', '--prefix');
  await eventually(async () => {
    await must(side, 'put', 'live/key', 'v');
    return /^(PUT\nlive\/key\nv\n)+$/.test(watch.stdout);
  });
  for (let index = 0; index < 10; index++) await must(side, 'put', 'live/more', String(index));
  await watch.says(/live\/more\n9\n/);
  const { code, stdout, stderr } = await watch.end();
  return { code, stderr, more: stdout.match(/^live\/more\n\d/gm) };
}
