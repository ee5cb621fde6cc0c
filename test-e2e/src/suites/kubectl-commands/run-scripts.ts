import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../../command.ts';
import type { GoTestResult } from '../go-tests.ts';
import { FreshServers, type FreshServersOptions } from './fresh-servers.ts';
import { copyScripts } from './kubernetes-scripts.ts';

/** One way through the scripts. */
export interface ScriptRun extends Omit<FreshServersOptions, 'kubernetesRoot' | 'certFolder'> {
  /** Programs that the scripts call, by name. */
  readonly programs: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Runs those of the functions that it claims. Throws when the scripts do not get to their end. */
export async function runScripts(run: ScriptRun): Promise<Map<string, GoTestResult>> {
  const [kubernetesRoot, certFolder] = [join(run.folder, 'kubernetes'), join(run.folder, 'temporary')];
  await mkdir(certFolder, { recursive: true });
  await copyScripts(kubernetesRoot, run.programs);
  const servers = await FreshServers.start({ ...run, kubernetesRoot, certFolder });
  const results = join(run.folder, 'results');
  const { code, stdout: output } = await attempt('bash', [join(import.meta.dirname, 'run-commands.sh')], {
    env: {
      ...process.env,
      KUBERNETES_ROOT: kubernetesRoot,
      PG8S_CONTROL: servers.url,
      PG8S_RESULTS: results,
      TMPDIR: certFolder,
    },
    timeoutMs: run.timeoutMs,
  }).finally(() => servers.close());
  const lines = (await readFile(results, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  const outcomes = new Map(
    lines.map((line): [string, GoTestResult] => {
      const [name = '', outcome] = line.split(' ');
      return [name, { outcome: outcome === 'pass' ? 'pass' : 'fail', output: outputOf(name, output) }];
    }),
  );
  if (!outcomes.has('inline_commands'))
    throw new Error(`the scripts ended with ${code} before their end:\n${output.slice(-5000)}`);
  return outcomes;
}

/** What a function printed. */
function outputOf(name: string, output: string): string {
  const from = output.indexOf(`Running case: test-cmd.${name} `);
  const end = output.indexOf('+++ exit code: ', from + 1);
  return from < 0 ? '' : output.slice(from, end < 0 ? undefined : end);
}
