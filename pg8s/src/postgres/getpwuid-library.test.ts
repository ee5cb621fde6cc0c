import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { getpwuidLibrary } from './getpwuid-library.ts';

/** The C library of this Node, which the programs here use as well. */
const isGlibc =
  process.platform === 'linux' &&
  (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime !==
    undefined;
const who = { uid: 23_456, gid: 34_567 };

describe('the library that answers getpwuid', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg8s-getpwuid-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const library = getpwuidLibrary(process.arch, who);
  test(
    'is used by programs in place of the system’s',
    { skip: !isGlibc || library === undefined },
    async () => {
      const file = join(folder, 'user.so');
      await writeFile(file, library!);
      const run = promisify(execFile);
      const { stdout, stderr } = await run('id', ['-un'], { env: { ...process.env, LD_PRELOAD: file } });
      assert.equal(stdout, 'postgres\n');
      assert.equal(stderr, '');
    },
  );

  test('has the same entry for every machine, and code that finds it', () => {
    for (const arch of ['x64', 'arm64']) {
      const file = getpwuidLibrary(arch, who)!;
      const code = 0x180;
      let distance: number;
      if (arch === 'x64') {
        assert.deepEqual([...file.subarray(code, code + 3), file[code + 7]], [0x48, 0x8d, 0x05, 0xc3]);
        distance = 7 + file.readInt32LE(code + 3);
      } else {
        const [adr, ret] = [file.readUInt32LE(code), file.readUInt32LE(code + 4)];
        assert.equal((adr & 0x9f00001f) >>> 0, 0x10000000, 'adr x0');
        assert.equal(ret, 0xd65f03c0);
        distance = (((adr >>> 5) & 0x7ffff) << 2) | ((adr >>> 29) & 3);
      }
      const passwd = code + distance - 0x10000;
      assert.equal(file.readUInt32LE(passwd + 16), who.uid);
      assert.equal(file.readUInt32LE(passwd + 20), who.gid);
      assert.equal(file.toString('latin1', passwd + 48), 'postgres\0');
    }
  });

  test('there is none for other machines', () => {
    assert.equal(getpwuidLibrary('s390x', who), undefined);
  });
});
