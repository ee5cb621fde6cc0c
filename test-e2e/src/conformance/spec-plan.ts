import { markdownTable } from './page.ts';
import type { SpecResult } from './run-specs.ts';
import { needs, type WaitingSpec } from './waiting-specs.ts';

/** What is to be done with each conformance spec. */
export interface SpecPlan {
  /** All names, in order. */
  names: readonly string[];
  /** Those that are run on the simulated nodes. */
  run: readonly string[];
  /** Those that are run where Pods' programs run. */
  hosted: readonly string[];
  /** Why a spec does not pass, by name. */
  waiting: ReadonlyMap<string, WaitingSpec>;
}

/** What is known of specs. */
export interface SpecLists {
  waiting: readonly WaitingSpec[];
  /** Of the names of specs that call servers in Pods. */
  servers: readonly RegExp[];
  /** Whether these can be run here. */
  canHost: boolean;
}

/** Throws for an entry that matches no spec, and for a spec that several entries match. */
export function planSpecs(names: readonly string[], { waiting, servers, canHost }: SpecLists): SpecPlan {
  const entries: (WaitingSpec & { isHosted?: boolean })[] = [
    ...waiting,
    ...servers.map((spec) => ({ spec, needs: 'servers' as const, isHosted: true })),
  ];
  const byName = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const matching = names.filter((name) => entry.spec.test(name));
    if (matching.length === 0) throw new Error(`no spec matches ${entry.spec}`);
    for (const name of matching) {
      const other = byName.get(name);
      if (other !== undefined) throw new Error(`"${name}" matches ${other.spec} and ${entry.spec}`);
      byName.set(name, entry);
    }
  }
  const isHosted = (name: string): boolean => canHost && byName.get(name)?.isHosted === true;
  return {
    names,
    run: names.filter((name) => (byName.get(name)?.isRun ?? !byName.has(name)) === true),
    hosted: names.filter(isHosted),
    waiting: new Map([...byName].filter(([name]) => !isHosted(name))),
  };
}

/** What is not as the plan says: an empty list, or lines for people. */
export function unexpectedIn(plan: SpecPlan, results: readonly SpecResult[]): string[] {
  return results.flatMap(({ name, passed, message }) => {
    const isWaiting = plan.waiting.has(name);
    if (passed === !isWaiting) return [];
    return [passed ? `passes, but is listed as waiting: ${name}` : `fails: ${name}: ${message}`];
  });
}

/** The section of the page: counts by sig, then what does not pass by what it needs. */
export function specSection(plan: SpecPlan, results: readonly SpecResult[]): string {
  const byName = new Map(results.map((result) => [result.name, result]));
  const sigs = [...new Set(plan.names.map(sigOf))].sort();
  const row = (label: string, names: readonly string[]): (string | number)[] => {
    const ran = names.flatMap((name) => byName.get(name) ?? []);
    const passed = ran.filter((result) => result.passed).length;
    return [label, names.length, passed, ran.length - passed, names.length - ran.length];
  };
  const counts = markdownTable(
    ['sig', 'specs', 'passed', 'failed', 'not run'],
    [
      ...sigs.map((sig) =>
        row(
          sig,
          plan.names.filter((name) => sigOf(name) === sig),
        ),
      ),
      row('**all**', plan.names),
    ],
  );
  const notPassed = plan.names.filter((name) => byName.get(name)?.passed !== true);
  const reasons = new Map<string, string[]>();
  for (const name of notPassed) {
    const reason = reasonOf(plan, name);
    reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const why = [...reasons].map(([reason, names]) => {
    const [, , , failed = 0, notRun = 0] = row('', names);
    return [reason, failed, notRun];
  });
  const lists = [...reasons].map(([reason, names]) =>
    [
      '<details>',
      `<summary>${names.length}: ${reason}</summary>`,
      '',
      ...names.map((name) => `- \`${shortName(name)}\`${byName.has(name) ? ' (failed)' : ''}`),
      '',
      '</details>',
    ].join('\n'),
  );
  return [counts, markdownTable(['why', 'failed', 'not run'], why), ...lists].join('\n\n');
}

function reasonOf(plan: SpecPlan, name: string): string {
  const entry = plan.waiting.get(name);
  return entry === undefined ? 'should pass' : needs[entry.needs];
}

function sigOf(name: string): string {
  return /\[sig-([\w-]+)\]/.exec(name)?.[1] ?? '';
}

/** Without the tags that all or most have. */
function shortName(name: string): string {
  return name.replaceAll(/ \[(Node)?Conformance\]/g, '').replaceAll('`', "'");
}
