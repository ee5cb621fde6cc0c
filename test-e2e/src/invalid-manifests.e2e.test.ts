import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot, RunningPg8s, temporaryDataDir } from './running-pg8s.ts';
import { StockClients } from './stock-clients.ts';

const folder = join(projectRoot, 'apiserver-lite/src/registry/testing/all-kinds/invalid-manifests');

const families = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

interface Case {
  manifest: string;
  /** `Deployment.apps` */
  qualified: string;
  kind: string;
  /** `spec.replicas: Invalid value: …`, without repetitions, as clients show them. */
  findings: string[];
}

function casesOf(family: string): Case[] {
  const manifests = readFileSync(join(folder, `${family}.yaml`), 'utf8').split('---\n');
  const causes = readFileSync(join(folder, `${family}.causes`), 'utf8')
    .trimEnd()
    .split('\n\n');
  assert.equal(manifests.length, causes.length);
  return manifests.map((manifest, index) => {
    const kind = /^kind: (\S+)$/m.exec(manifest)?.[1] ?? '';
    const [, group] = /^apiVersion: (\S+)\/\S+$/m.exec(manifest) ?? [];
    // A line is the reason, a blank, and the finding; lines that begin with ` | ` go on with it.
    const lines = (causes[index] ?? '').split(/\n(?! \| )/).map((line) => line.slice(line.indexOf(' ') + 1));
    // Events of both groups are one kind, which findings call by the name of the first.
    const qualified = group === undefined || kind === 'Event' ? kind : `${kind}.${group}`;
    return { manifest, kind, qualified, findings: [...new Set(lines)] };
  });
}

/**
 * What stock kubectl shows of manifests that are refused: the texts and forms that people know from
 * kube-apiserver.
 */
describe('invalid manifests and kubectl', () => {
  let pg8s: RunningPg8s;
  let clients: StockClients;
  let dataDir: Awaited<ReturnType<typeof temporaryDataDir>>;

  before(async () => {
    dataDir = await temporaryDataDir();
    // These plugins would refuse some of them before they are validated.
    const without = '--kube-apiserver-arg=disable-admission-plugins=Priority,RuntimeClass,ServiceAccount';
    pg8s = await RunningPg8s.start(dataDir.path, '--nodes', '0', without);
    clients = await StockClients.of(pg8s);
  });

  after(async () => {
    await pg8s?.stop();
    await dataDir?.remove();
  });

  let count = 0;

  for (const family of families) {
    test(`a file of many: ${family}`, async () => {
      const file = join(folder, `${family}.yaml`);
      const cases = casesOf(family);
      const { code, stdout, stderr } = await clients.tryKubectl(['create', '-f', file]);
      assert.equal(code, 1);
      assert.equal(stdout, '', 'nothing of it is created');
      const errors = stderr
        .split('\n')
        .filter((line) => !line.startsWith('Warning: '))
        .join('\n')
        .trimEnd()
        .split(/\n(?=Error from server)/);
      assert.equal(errors.length, cases.length, stderr);
      for (const [index, { manifest, qualified, findings }] of cases.entries()) {
        const all = findings.length === 1 ? findings[0] : `[${findings.join(', ')}]`;
        const begins = `Error from server (Invalid): error when creating "${file}": ${qualified} "`;
        const error = errors[index] ?? '';
        assert.ok(error.startsWith(begins), `${manifest}\n${error}`);
        const name = /^[^"]*" is invalid: /.exec(error.slice(begins.length))?.[0] ?? '';
        assert.equal(error.slice(begins.length + name.length), all, manifest);
        count++;
      }
    });
  }

  test('these are three hundred and more', () => assert.ok(count > 300, String(count)));

  /** Of one manifest alone kubectl says what it is, and lists the findings where there are several. */
  const alone = ({ kind, findings }: Case): string =>
    findings.length === 1
      ? `The ${kind} "x" is invalid: ${findings[0]}\n`
      : `The ${kind} "x" is invalid: \n${findings.map((finding) => `* ${finding}\n`).join('')}`;

  for (const verb of ['create', 'apply']) {
    test(`one manifest: ${verb}`, async () => {
      const chosen = ['workloads', 'jobs', 'services'].flatMap((family) => {
        const cases = casesOf(family).filter(({ manifest }) => /^metadata: \{name: x\}$/m.test(manifest));
        const several = cases.find(({ findings }) => findings.length > 1);
        return [...cases.slice(0, 2), ...(several === undefined ? [] : [several])];
      });
      assert.ok(chosen.length >= 8);
      for (const one of chosen) {
        const { code, stderr } = await clients.tryKubectl([verb, '-f', '-'], { input: one.manifest });
        assert.equal(code, 1);
        assert.equal(stderr, alone(one));
      }
    });
  }

  test('what changes and may not is shown as a diff', async () => {
    const claim = (size: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'x' },
        spec: { accessModes: [size], resources: { requests: { storage: '1Gi' } } },
      });
    await clients.kubectlInput(claim('ReadWriteMany'), 'create', '-f', '-');
    const { code, stderr } = await clients.tryKubectl(['apply', '-f', '-'], {
      input: claim('ReadWriteOnce'),
    });
    assert.equal(code, 1);
    assert.ok(
      stderr.includes(
        [
          'The PersistentVolumeClaim "x" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
          '@@ -1,6 +1,6 @@',
          ' {',
          '  "AccessModes": [',
          '-  "ReadWriteMany"',
          '+  "ReadWriteOnce"',
          '  ],',
          '  "Selector": null,',
          '  "Resources": {',
        ].join('\n'),
      ),
      stderr,
    );
  });
});
