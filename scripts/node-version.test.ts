import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

test('one Node version is pinned for all machines, and is that of the image', async () => {
  const { optionalDependencies: pinned } = JSON.parse(await read('package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  // Plain JavaScript, for any Node.
  const launcher = new URL('../pg8s/bin/pinned-node.js', import.meta.url).href;
  const { nodePackages } = (await import(launcher)) as { nodePackages: Record<string, string> };
  assert.deepEqual(Object.keys(pinned).sort(), Object.values(nodePackages).sort());
  const [version, ...others] = new Set(Object.values(pinned));
  assert.deepEqual(others, []);
  const images = [...(await read('Dockerfile')).matchAll(/^FROM node:(\S+?)-/gm)].map(([, tag]) => tag);
  assert.ok(images.length > 0);
  assert.deepEqual(new Set(images), new Set([version]));
});
