import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from './command.ts';
import { cleanEnv } from './running-pg8s.ts';

const entry = JSON.stringify(new URL('../../pg8s/src/index.ts', import.meta.url).href);

/**
 * Prints what a cluster has changed of the program that it runs in: properties of all global objects and of
 * their prototypes, listeners of the process, its environment. A child, because the test runner has
 * listeners too.
 */
const program = `
  void fetch; // Node itself adds to the global object when it is first used.
  const objects = () => {
    const found = new Map([['globalThis', globalThis]]);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = globalThis[name];
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
      found.set(name, value);
      if (typeof value === 'function' && value.prototype) found.set(name + '.prototype', value.prototype);
    }
    found.set('TypedArray.prototype', Object.getPrototypeOf(Uint8Array.prototype));
    found.set('Iterator.prototype', Object.getPrototypeOf(Object.getPrototypeOf([].values())));
    return found;
  };
  const snapshot = () => {
    const facts = new Map();
    for (const [name, object] of objects()) {
      for (const key of Reflect.ownKeys(object)) {
        const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key);
        const fact = typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : get ?? set;
        facts.set(name + '.' + String(key), fact);
      }
    }
    for (const event of process.eventNames()) facts.set('process.on ' + String(event), process.listenerCount(event));
    facts.set('environment', JSON.stringify(process.env));
    facts.set('directory', process.cwd());
    return facts;
  };
  const changed = (before, after) => [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => !before.has(name) || !after.has(name) || before.get(name) !== after.get(name))
    // What Node counts and lists for itself.
    .filter((name) => !/^process\\.(_|features|memoryUsage|moduleLoadList)|^globalThis\\.process/.test(name));
  const before = snapshot();
  const { startControlPlane } = await import(${entry});
  const imported = changed(before, snapshot());
  const cluster = await startControlPlane();
  const started = changed(before, snapshot());
  await cluster.close();
  console.log(JSON.stringify({ imported, started, closed: changed(before, snapshot()) }));`;

test('a cluster changes nothing of the program that it runs in', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-embedding-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  const output = await run(process.execPath, [file], {
    env: cleanEnv(),
    timeoutMs: 240_000,
  });
  assert.deepEqual(JSON.parse(output), { imported: [], started: [], closed: [] });
});
