import { MetricFamily, type MetricDescription, type Series } from './metric-family.ts';
import { Counter, Gauge, Histogram, histogramBounds, Summary } from './series.ts';

/**
 * The metrics of one server, in Prometheus' text format as Kubernetes' component-base writes it: families in
 * the order of their names, series in that of their labels. A caller looks up its series once and adds to a
 * number; prom-client sorts and joins the labels of each observation instead.
 */
export class MetricRegistry {
  readonly #families = new Map<string, MetricFamily<Series>>();
  readonly #collectors: (() => void | Promise<void>)[] = [];

  counter(description: MetricDescription): MetricFamily<Counter> {
    return this.#add(new MetricFamily('counter', description, () => new Counter()));
  }

  gauge(description: MetricDescription): MetricFamily<Gauge> {
    return this.#add(new MetricFamily('gauge', description, () => new Gauge()));
  }

  /** `buckets`: the upper ends of the buckets, rising, without infinity. */
  histogram(description: MetricDescription & { buckets: readonly number[] }): MetricFamily<Histogram> {
    const bounds = histogramBounds(description.buckets);
    return this.#add(new MetricFamily('histogram', description, () => new Histogram(bounds)));
  }

  summary(description: MetricDescription): MetricFamily<Summary> {
    return this.#add(new MetricFamily('summary', description, () => new Summary()));
  }

  /**
   * Calls `collect` before the metrics are written: for what is looked up at each read. Where it rejects,
   * what was known before is shown.
   */
  onCollect(collect: () => void | Promise<void>): void {
    this.#collectors.push(collect);
  }

  /** Every family, whether it has series or not. */
  families(): readonly MetricFamily<Series>[] {
    return [...this.#families.values()];
  }

  /** What was counted begins anew; gauges say what is now, and stay. */
  reset(): void {
    for (const family of this.#families.values()) family.reset();
  }

  /** The metrics as text. */
  async text(): Promise<string> {
    await Promise.allSettled(this.#collectors.map(async (collect) => collect()));
    const lines: string[] = [];
    const families = [...this.#families.values()].toSorted((left, right) =>
      left.name < right.name ? -1 : 1,
    );
    for (const family of families) family.write(lines);
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  #add<S extends Series>(family: MetricFamily<S>): MetricFamily<S> {
    if (this.#families.has(family.name)) throw new Error(`there are two metrics ${family.name}`);
    this.#families.set(family.name, family as unknown as MetricFamily<Series>);
    if (family.labels.length === 0) family.with();
    return family;
  }
}

/** `count` buckets, each `factor` times as wide as that before it (Prometheus: `ExponentialBuckets`). */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  const buckets: number[] = [];
  for (let bound = start; buckets.length < count; bound *= factor) buckets.push(bound);
  return buckets;
}
