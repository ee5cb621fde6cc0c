import { markdownTable } from '../conformance/page.ts';
import type { GoTestResult } from './go-tests.ts';

/** Tests by name, and why. */
export type Reasons = Readonly<Record<string, string>>;

/** The same reason for all of `tests`, names with space between them. */
export function because(why: string, tests: string): Reasons {
  return Object.fromEntries(tests.split(/\s+/).map((test) => [test, why]));
}

/** What is known of a suite's tests. */
export interface KnownResults {
  /** Tests that fail, and why that is right or has to wait. One that passes has to be taken from the list. */
  readonly failing?: Reasons;
  /** Tests that are not run, since they need what no other server than the original can have. */
  readonly notRun?: Reasons;
}

/** The results of one package, held against what is known. */
export interface Judgement {
  readonly name: string;
  readonly passed: number;
  /** Of these, how many passed only in a run of their own. */
  readonly passedAlone: number;
  readonly skipped: number;
  /** Failed, as known. */
  readonly failing: Reasons;
  readonly notRun: Reasons;
  /** Nobody knew that this fails; what it printed. */
  readonly newFailures: ReadonlyMap<string, string>;
  /** Known to fail, and passed or was skipped, or is not there any more. */
  readonly mended: readonly string[];
}

/** Compares results with what is known of them. */
export function judge(
  name: string,
  results: ReadonlyMap<string, GoTestResult>,
  { failing: known = {}, notRun = {} }: KnownResults,
): Judgement {
  const all = [...results];
  const ended = (outcome: GoTestResult['outcome']) => all.filter(([, result]) => result.outcome === outcome);
  const failed = ended('fail').map(([test]) => test);
  return {
    name,
    passed: ended('pass').length,
    passedAlone: ended('pass').filter(([, { alone }]) => alone).length,
    skipped: ended('skip').length,
    failing: Object.fromEntries(Object.entries(known).filter(([test]) => failed.includes(test))),
    notRun,
    newFailures: new Map(
      ended('fail').flatMap(([test, { output }]) => (Object.hasOwn(known, test) ? [] : [[test, output]])),
    ),
    mended: Object.keys(known).filter((test) => !failed.includes(test)),
  };
}

/** What `docs/conformance.md` says of it: a table of counts, then the reasons. */
export function describe(judgements: readonly Judgement[]): string {
  const rows = judgements.map((one) => [
    one.name,
    one.passed,
    Object.keys(one.failing).length + one.newFailures.size,
    one.skipped,
    Object.keys(one.notRun).length,
  ]);
  const total = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  const lines = judgements.flatMap((one) => [
    ...Object.entries(one.failing).map(([test, why]) => `- ${one.name}: \`${test}\` fails: ${why}`),
    ...[...one.newFailures.keys()].map((test) => `- ${one.name}: \`${test}\` fails`),
    ...byReason(one.notRun).map(([why, tests]) => `- ${one.name}, not run: ${why}: ${tests.join(', ')}`),
  ]);
  const table = markdownTable(
    ['tests of', 'passed', 'failed', 'skipped by themselves', 'not run'],
    [...rows, ['all', ...total]],
  );
  return lines.length === 0 ? table : `${table}\n\n${lines.join('\n')}`;
}

/** What is wrong, for the message of an assertion; empty when all is as known. */
export function findSurprises(judgements: readonly Judgement[]): string {
  return judgements
    .flatMap(({ name, newFailures, mended }) => [
      ...[...newFailures].map(([test, output]) => `${name}: ${test} fails:\n${lastLines(output)}`),
      ...mended.map((test) => `${name}: ${test} is known to fail, and did not`),
    ])
    .join('\n');
}

/** Without what servers in the process of the test logged (zaptest). */
function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => !/^\s*logger\.go:\d+: /.test(line));
  return lines.join('\n').slice(-4000);
}

function byReason(tests: Reasons): [why: string, tests: string[]][] {
  const groups = Map.groupBy(Object.entries(tests), ([, why]) => why);
  return [...groups].map(([why, members]) => [why, members.map(([test]) => `\`${test}\``)]);
}
