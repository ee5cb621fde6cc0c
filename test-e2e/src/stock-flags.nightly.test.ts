import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { obtainKubernetes } from './clients/kubernetes.ts';
import { run } from './command.ts';
import { projectRoot } from './running-pg8s.ts';

const { paths, missing } = await obtainKubernetes(
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
);

type Flags = Record<string, [type: string, defaultValue: string]>;

/** What the help says of each flag: `--name type   text (default value)`; a boolean has no type. */
function readHelp(help: string): Flags {
  const flags: Flags = {};
  let name: string | undefined;
  const texts = new Map<string, string>();
  for (const line of help.split('\n')) {
    const found = /^\s{1,8}(?:-\w, )?--([\w-]+)(?: (\S+))?\s{2,}(.*)$/.exec(line);
    if (found === null) {
      if (name !== undefined) texts.set(name, `${texts.get(name)} ${line.trim()}`);
      continue;
    }
    name = found[1]!;
    flags[name] = [found[2] ?? 'bool', ''];
    texts.set(name, found[3]!);
  }
  for (const [flag, text] of texts) {
    const value = /\(default (.*?)\)(?: |$)/.exec(text)?.[1] ?? '';
    flags[flag]![1] = value.replace(/^"|"$/g, '');
  }
  return flags;
}

test('the recorded flags are those of the stock programs', { skip: missing ?? false }, async () => {
  const recorded = JSON.parse(
    await readFile(join(projectRoot, 'pg8s/src/commands/testing/stock-flags.json'), 'utf8'),
  ) as Record<string, Flags>;
  for (const [program, path] of Object.entries(paths ?? {})) {
    const { help: _, version: __, ...flags } = readHelp(await run(path, ['--help']));
    assert.deepEqual(flags, recorded[program], program);
  }
});
