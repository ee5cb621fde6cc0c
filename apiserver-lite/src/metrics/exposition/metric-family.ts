/** What a metric is, as `# HELP` and `# TYPE` say it. */
export interface MetricDescription {
  name: string;
  /** With its stability level in front: `[STABLE] Counter of …`. */
  help: string;
  /** Names of labels, in the order in which `with` takes their values. Default: none. */
  labels?: readonly string[];
}

/** One series of a family. Held by who counts, so that counting needs no look-up. */
export interface Series {
  /** Writes its lines. `labels` is `a="1",b="2"`, or empty. */
  write(lines: string[], name: string, labels: string): void;
  /** Begins anew. False: it keeps what it shows. */
  reset(): boolean;
  /** Whether it has counted anything since it was made or reset. */
  readonly used: boolean;
}

interface Shown<S extends Series> {
  series: S;
  labels: string;
  /** Since a reset, unused series are left out, as those that Prometheus' client has dropped. */
  unusedShown: boolean;
}

type Level<S extends Series> = Map<string, Level<S> | Shown<S>>;

/** All series of one name. */
export class MetricFamily<S extends Series> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
  readonly #make: () => S;
  /** A map for each label, so that a look-up makes no new strings. */
  readonly #root: Level<S> = new Map();
  readonly #shown = new Set<Shown<S>>();

  constructor(type: MetricFamily<S>['type'], { name, help, labels = [] }: MetricDescription, make: () => S) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.#make = make;
  }

  /** The series with these values of the labels; it is shown from now on. */
  with(...values: readonly string[]): S {
    let level = this.#root;
    const last = values.length - 1;
    for (let index = 0; index < last; index++) {
      const value = values[index] as string;
      let next = level.get(value) as Level<S> | undefined;
      if (next === undefined) level.set(value, (next = new Map()));
      level = next;
    }
    const value = values[last] ?? '';
    let shown = level.get(value) as Shown<S> | undefined;
    if (shown === undefined) {
      shown = { series: this.#make(), labels: this.#labelText(values), unusedShown: true };
      level.set(value, shown);
      this.#shown.add(shown);
    }
    return shown.series;
  }

  /** Takes away all series: what is shown is found out anew each time. */
  clear(): void {
    this.#root.clear();
    this.#shown.clear();
  }

  /** All series begin anew; those with labels are shown once they have counted something. */
  reset(): void {
    for (const shown of this.#shown) {
      if (shown.series.reset()) shown.unusedShown = this.labels.length === 0;
    }
  }

  /** Writes the family in Prometheus' text format; nothing where it has no series. */
  write(lines: string[]): void {
    const visible = [...this.#shown].filter(({ series, unusedShown }) => unusedShown || series.used);
    if (visible.length === 0) return;
    lines.push(`# HELP ${this.name} ${escape(this.help, false)}`, `# TYPE ${this.name} ${this.type}`);
    visible.sort((left, right) => (left.labels < right.labels ? -1 : 1));
    for (const { series, labels } of visible) series.write(lines, this.name, labels);
  }

  #labelText(values: readonly string[]): string {
    return this.labels
      .map((label, index) => [label, values[index] ?? ''] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([label, value]) => `${label}="${escape(value, true)}"`)
      .join(',');
  }
}

function escape(text: string, quoted: boolean): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return quoted ? escaped.replaceAll('"', '\\"') : escaped;
}
