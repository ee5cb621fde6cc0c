import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a spec ended. */
export interface SpecResult {
  /** The texts of its containers and its own, joined by blanks: `[sig-node] Pods should … [Conformance]`. */
  name: string;
  passed: boolean;
  seconds: number;
  /** The first line of why it failed; empty when it passed. */
  message: string;
}

/** Where and how specs are run. */
export interface RunOptions {
  /** `e2e.test`. */
  program: string;
  kubeconfig: string;
  kubectl: string;
  /** Sequences that run beside each other; specs that say `[Serial]` or `[Disruptive]` come after, alone. */
  sequences: number;
  /** Each sequence ends after so long; what has not run by then failed. */
  timeoutMinutes: number;
}

/** Of ginkgo's JSON report, what is read. */
interface Report {
  SpecReports: {
    ContainerHierarchyTexts: string[] | null;
    LeafNodeType: string;
    LeafNodeText: string;
    State: string;
    /** Nanoseconds. */
    RunTime: number;
    Failure?: { Message?: string };
  }[];
}

/** The names of all conformance specs that `e2e.test` has. */
export async function listSpecs(program: string): Promise<string[]> {
  const results = await runGinkgo(
    program,
    ['--provider=skeleton', '--ginkgo.dry-run', String.raw`--ginkgo.focus=\[Conformance\]`],
    60_000,
  );
  return results.map(({ name }) => name).sort();
}

/** Runs these specs; the results in no particular order. */
export async function runSpecs(names: readonly string[], options: RunOptions): Promise<SpecResult[]> {
  const alone = names.filter((name) => /\[(Serial|Disruptive)\]/.test(name));
  const others = names.filter((name) => !alone.includes(name));
  const sequences = Array.from({ length: options.sequences }, (_, index) =>
    others.filter((__, place) => place % options.sequences === index),
  );
  const results = await Promise.all(sequences.map((sequence) => runSequence(sequence, options)));
  return [...results.flat(), ...(await runSequence(alone, options))];
}

async function runSequence(names: readonly string[], options: RunOptions): Promise<SpecResult[]> {
  if (names.length === 0) return [];
  const { program, kubeconfig, kubectl, timeoutMinutes } = options;
  const reported = await runGinkgo(
    program,
    [
      '--provider=skeleton',
      `--kubeconfig=${kubeconfig}`,
      `--kubectl-path=${kubectl}`,
      '--dump-logs-on-failure=false',
      '--disable-log-dump',
      `--ginkgo.timeout=${timeoutMinutes}m`,
      `--ginkgo.focus=${exactly(names)}`,
    ],
    // Specs may clean up after the timeout.
    (timeoutMinutes + 5) * 60_000,
  );
  const found = new Map(reported.map((result) => [result.name, result]));
  return names.map(
    (name) => found.get(name) ?? { name, passed: false, seconds: 0, message: 'it was not reported' },
  );
}

/** A pattern of ginkgo that these names match. */
function exactly(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
}

async function runGinkgo(program: string, args: readonly string[], timeoutMs: number): Promise<SpecResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-specs-'));
  const report = join(folder, 'report.json');
  try {
    // The exit code says only whether all passed.
    const output = await new Promise<string>((resolve) => {
      execFile(
        program,
        [...args, '--ginkgo.no-color', '--ginkgo.json-report', report],
        { cwd: folder, timeout: timeoutMs, maxBuffer: 512 * 1024 * 1024 },
        (_, stdout, stderr) => resolve(stdout + stderr),
      );
    });
    const text = await readFile(report, 'utf8').catch(() => {
      throw new Error(`e2e.test left no report:\n${output.slice(-4000)}`);
    });
    const [suite] = JSON.parse(text) as [Report];
    const broken = suite.SpecReports.find(
      ({ LeafNodeType, State }) => LeafNodeType.endsWith('BeforeSuite') && State !== 'passed',
    );
    if (broken !== undefined) throw new Error(`the suite did not begin: ${broken.Failure?.Message}`);
    return suite.SpecReports.filter(
      ({ LeafNodeType, State }) => LeafNodeType === 'It' && State !== 'skipped',
    ).map((spec) => ({
      name: [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(' ').trim(),
      passed: spec.State === 'passed',
      seconds: Math.round(spec.RunTime / 1e9),
      message: spec.State === 'passed' ? '' : firstLine(spec.Failure?.Message ?? spec.State),
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]!.slice(0, 300);
}
