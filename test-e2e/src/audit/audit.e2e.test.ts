import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { StockClients } from '../stock-clients.ts';
import { RunningPg8s, temporaryDataDir } from '../running-pg8s.ts';

const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
    resources: [{ group: "", resources: [secrets] }]
  - level: None
`;

interface LoggedEvent {
  stage: string;
  verb: string;
  objectRef: { name: string };
  responseStatus?: { code: number };
}

test('an orderly stop writes what was recorded, and Secrets show nothing', async (t) => {
  const dataDir = await temporaryDataDir();
  t.after(() => dataDir.remove());
  await mkdir(dataDir.path, { recursive: true });
  const [policyFile, log] = [join(dataDir.path, 'policy.yaml'), join(dataDir.path, 'logs', 'audit.log')];
  await writeFile(policyFile, policy);
  const pg8s = await RunningPg8s.start(
    join(dataDir.path, 'cluster'),
    '--nodes',
    '0',
    `--kube-apiserver-arg=audit-policy-file=${policyFile}`,
    `--kube-apiserver-arg=audit-log-path=${log}`,
    // Nothing is written before the server stops.
    '--kube-apiserver-arg=audit-log-mode=batch',
    '--kube-apiserver-arg=audit-log-batch-max-size=10000',
    '--kube-apiserver-arg=audit-log-batch-max-wait=1h',
  );
  try {
    const clients = await StockClients.of(pg8s);
    await clients.kubectl('create', 'secret', 'generic', 'hidden', '--from-literal=key=unspeakable');
    assert.equal(await readFile(log, 'utf8'), '');
  } finally {
    await pg8s.stop();
  }
  const text = await readFile(log, 'utf8');
  assert.ok(!text.includes('unspeakable') && !text.includes(Buffer.from('unspeakable').toString('base64')));
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent)
    .filter(({ verb, objectRef }) => verb === 'create' && objectRef.name === 'hidden');
  assert.deepEqual(
    events.map(({ stage, responseStatus }) => [stage, responseStatus?.code]),
    [['ResponseComplete', 201]],
  );
});
