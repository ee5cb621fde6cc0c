/** One series of a metric: its labels, and what is behind it (`_count` of a histogram). */
export interface MetricSeries {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A metric as its text says it. */
export interface ReadMetric {
  type: string;
  help: string;
  /** Upper ends of the buckets of a histogram, as they are printed. */
  buckets?: readonly string[];
  series: readonly MetricSeries[];
}

/** Reads Prometheus' text format: metrics by name. Of histograms and summaries it keeps the counts. */
export function readMetrics(text: string): Map<string, ReadMetric> {
  const metrics = new Map<
    string,
    { type: string; help: string; buckets?: string[]; series: MetricSeries[] }
  >();
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') metrics.set(name, { type: '', help: rest, series: [] });
    else if (keyword === 'TYPE')
      metrics.set(name, { help: '', series: [], ...metrics.get(name), type: rest });
    else readSeries(metrics, line);
  }
  return metrics;
}

function readSeries(
  metrics: Map<string, { type: string; buckets?: string[]; series: MetricSeries[] }>,
  line: string,
): void {
  const [, full = '', text = '', value = ''] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (full === '') return;
  const name = metrics.has(full) ? full : full.replace(/_(bucket|sum|count)$/, '');
  const metric = metrics.get(name);
  if (metric === undefined) throw new Error(`no metric is described for ${line}`);
  const labels: Record<string, string> = {};
  for (const [, label = '', quoted = ''] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
    labels[label] = quoted;
  const distribution = metric.type === 'histogram' || metric.type === 'summary';
  if (distribution && !full.endsWith('_count')) {
    const { le } = labels;
    if (le !== undefined && !(metric.buckets ??= []).includes(le)) metric.buckets.push(le);
    return;
  }
  metric.series.push({ labels, value: Number(value) });
}
