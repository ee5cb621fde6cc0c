/** Kubernetes publishes Pods that pass and Pods that fail each level of each release. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { violations } from '@pg8s/apiserver-lite/admission/plugins/pod-security/check-table';
import { judged } from '@pg8s/apiserver-lite/admission/plugins/pod-security/pod-spec-of';
import type { PolicyVersion } from '@pg8s/apiserver-lite/admission/plugins/pod-security/policy';
import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { parse } from 'yaml';

const modules = join(import.meta.dirname, '../../go/kubernetes');

async function fixtureFolder(): Promise<string | undefined> {
  const args = ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', 'k8s.io/pod-security-admission'];
  try {
    const { stdout } = await promisify(execFile)('go', args, { cwd: modules });
    return stdout.trim() === '' ? undefined : join(stdout.trim(), 'test/testdata');
  } catch {
    return undefined;
  }
}

test('Pods that Kubernetes publishes pass and fail as they should', async (t) => {
  const folder = await fixtureFolder();
  if (folder === undefined) return t.skip('the module k8s.io/pod-security-admission is not on this machine');
  let count = 0;
  const wrong: string[] = [];
  for (const level of ['baseline', 'restricted'] as const) {
    for (const version of (await readdir(join(folder, level))) as PolicyVersion[]) {
      for (const outcome of ['pass', 'fail'] as const) {
        const path = join(folder, level, version, outcome);
        for (const file of await readdir(path)) {
          const pod = parse(await readFile(join(path, file), 'utf8')) as V1Pod;
          // A server sets this default before it judges.
          for (const volume of pod.spec?.volumes ?? [])
            if (Object.keys(volume).length === 1) volume.emptyDir = {};
          const found = violations({ level, version }, judged(pod));
          if ((found.length === 0) !== (outcome === 'pass'))
            wrong.push(`${level}/${version}/${outcome}/${file}`);
          count += 1;
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(count > 1000, `${count} Pods`);
  t.diagnostic(`${count} Pods`);
});
