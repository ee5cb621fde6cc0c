import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { Command } from 'commander';
import { addFlagOptions, flagRow, type FlagRow, givenFlags } from './flag-options.ts';

function given(rows: readonly FlagRow[], ...args: readonly string[]): Record<string, string> {
  const command = addFlagOptions(new Command().exitOverride(), rows);
  command.parse([...args], { from: 'user' });
  return givenFlags(command, rows);
}

const row = (name: string, more: Partial<FlagRow> = {}): FlagRow => ({
  name,
  description: '',
  shownDefault: '',
  isBoolean: false,
  ...more,
});

test('of a flag that is given several times the last value counts, of a list all', () => {
  const rows = [row('one'), row('many', { isRepeatable: true }), row('yes', { isBoolean: true }), row('v')];
  assert.deepEqual(given(rows, '--one=a', '--one', 'b', '--many=a,b', '--many', 'c', '--yes', '-v=3'), {
    one: 'b',
    many: 'a,b,c',
    yes: 'true',
    v: '=3',
  });
  assert.deepEqual(given(rows, '--yes=false'), { yes: 'false' });
});

test('lists of kube-apiserver add up', () => {
  const rows = apiserverFlags.map((flag) => flagRow(flag));
  const flags = given(
    rows,
    '--authorization-mode=Node',
    '--authorization-mode=RBAC',
    '--runtime-config=api/beta=true',
    '--runtime-config=batch/v1=false',
    '--service-account-issuer=https://a',
    '--service-account-issuer=https://b',
    '--secure-port=1',
    '--secure-port=2',
  );
  assert.deepEqual(flags, {
    'authorization-mode': 'Node,RBAC',
    'runtime-config': 'api/beta=true,batch/v1=false',
    'service-account-issuer': 'https://a,https://b',
    'secure-port': '2',
  });
});
