import { goNumber } from '@pg8s/k8s-proto/go-number';
import type { Series } from './metric-family.ts';

/** Only rises. */
export class Counter implements Series {
  #value = 0;

  get used(): boolean {
    return this.#value !== 0;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  /** For what is counted elsewhere, and read when metrics are. */
  set(value: number): void {
    this.#value = value;
  }

  reset(): boolean {
    this.#value = 0;
    return true;
  }

  write(lines: string[], name: string, labels: string): void {
    lines.push(`${name}${braced(labels)} ${goNumber(this.#value)}`);
  }
}

/** Says what is now: a reset changes nothing about that. */
export class Gauge implements Series {
  #value = 0;

  get used(): boolean {
    return true;
  }

  set(value: number): void {
    this.#value = value;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  reset(): boolean {
    return false;
  }

  write(lines: string[], name: string, labels: string): void {
    lines.push(`${name}${braced(labels)} ${goNumber(this.#value)}`);
  }
}

/** Counts observations by their size. */
export class Histogram implements Series {
  readonly #bounds: readonly number[];
  readonly #boundTexts: readonly string[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  /** `bounds`: the upper ends of the buckets, rising, without infinity. */
  constructor(bounds: HistogramBounds) {
    this.#bounds = bounds.values;
    this.#boundTexts = bounds.texts;
    this.#counts = new Float64Array(bounds.values.length);
  }

  get used(): boolean {
    return this.#count !== 0;
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    const bounds = this.#bounds;
    for (let index = 0; index < bounds.length; index++) {
      if (value <= (bounds[index] as number)) {
        (this.#counts[index] as number)++;
        return;
      }
    }
  }

  reset(): boolean {
    this.#counts.fill(0);
    this.#sum = 0;
    this.#count = 0;
    return true;
  }

  write(lines: string[], name: string, labels: string): void {
    const prefix = labels === '' ? '' : `${labels},`;
    let below = 0;
    for (const [index, bound] of this.#boundTexts.entries()) {
      below += this.#counts[index] as number;
      lines.push(`${name}_bucket{${prefix}le="${bound}"} ${below}`);
    }
    lines.push(
      `${name}_bucket{${prefix}le="+Inf"} ${this.#count}`,
      `${name}_sum${braced(labels)} ${goNumber(this.#sum)}`,
      `${name}_count${braced(labels)} ${this.#count}`,
    );
  }
}

/** The bounds of a histogram's buckets, and how they are printed: shared by all series of a family. */
export interface HistogramBounds {
  values: readonly number[];
  texts: readonly string[];
}

/** @param values the upper ends of the buckets, rising, without infinity. */
export function histogramBounds(values: readonly number[]): HistogramBounds {
  return { values, texts: values.map(goNumber) };
}

/** So many observations make the quantiles of a summary. */
const summaryWindow = 512;

/** Quantiles of the latest observations; the sum and the count are of all. */
export class Summary implements Series {
  static readonly quantiles = [0.5, 0.9, 0.99] as const;
  readonly #latest = new Float64Array(summaryWindow);
  #sum = 0;
  #count = 0;

  get used(): boolean {
    return this.#count !== 0;
  }

  observe(value: number): void {
    this.#latest[this.#count % summaryWindow] = value;
    this.#sum += value;
    this.#count++;
  }

  reset(): boolean {
    this.#sum = 0;
    this.#count = 0;
    return true;
  }

  write(lines: string[], name: string, labels: string): void {
    const prefix = labels === '' ? '' : `${labels},`;
    const sorted = this.#latest.slice(0, Math.min(this.#count, summaryWindow)).toSorted();
    for (const quantile of Summary.quantiles) {
      const value = sorted[Math.ceil(sorted.length * quantile) - 1] ?? Number.NaN;
      lines.push(`${name}{${prefix}quantile="${quantile}"} ${goNumber(value)}`);
    }
    lines.push(
      `${name}_sum${braced(labels)} ${goNumber(this.#sum)}`,
      `${name}_count${braced(labels)} ${this.#count}`,
    );
  }
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
