import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../../registry/fields/field-errors.ts';
import { inKeyOrder } from '../in-key-order.ts';
import { spendTime } from './time-budget.ts';

const unitsPerFinding = 2;
const charactersPerUnit = 200;

/**
 * What was found wrong with a value. `matches` counts the checks that were made, to find the alternative that
 * fits best; its numbers are those of kube-openapi's validators.
 */
export class Findings {
  /** By the text that kube-openapi has for them: what it says twice is reported once. */
  readonly #errors = new Map<string, FieldError>();
  matches = 0;

  get isEmpty(): boolean {
    return this.#errors.size === 0;
  }

  get errors(): FieldError[] {
    return [...this.#errors.values()];
  }

  add(text: string, error: FieldError): void {
    spendTime(unitsPerFinding + text.length / charactersPerUnit, 'the faults of the request are too many');
    if (!this.#errors.has(text)) this.#errors.set(text, error);
  }

  merge(other: Findings): void {
    this.matches += other.matches;
    for (const [text, error] of other.#errors) if (!this.#errors.has(text)) this.#errors.set(text, error);
  }
}

/** Words for what is wrong with a value within the object that stands at `root` (empty: all of it). */
export class Words {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #field(path: string): string {
    const name = path.startsWith('.') ? path.slice(1) : path;
    if (name === '') return this.#whole;
    return this.#root === '' ? name : `${this.#root}.${name}`;
  }

  /** Go prints the path of the whole object so. */
  get #whole(): string {
    return this.#root === '' ? '<nil>' : this.#root;
  }

  invalid(findings: Findings, path: string, { value, text }: { value: unknown; text: string }): void {
    findings.add(text, invalidValue(this.#field(path), value, text));
  }

  outOfBounds(findings: Findings, path: string, { printed, text }: { printed: string; text: string }): void {
    const message = `Invalid value: ${printed}: ${text}`;
    findings.add(text, { field: this.#field(path), reason: 'FieldValueInvalid', message });
  }

  /** What is said of no value in particular. */
  refused(findings: Findings, text: string): void {
    findings.add(text, invalidValue(this.#whole, '', text));
  }

  mistyped(findings: Findings, path: string, { wanted, found }: { wanted: string; found: string }): void {
    const text = `${path} in body must be of type ${wanted}: ${goQuote(found)}`;
    findings.add(text, {
      ...invalidValue(this.#field(path), found, text),
      reason: 'FieldValueTypeInvalid',
    });
  }

  required(findings: Findings, path: string): void {
    findings.add(`${path} in body is required`, required(this.#field(path)));
  }

  notSupported(findings: Findings, path: string, value: unknown, names: readonly string[]): void {
    findings.add(
      `${path} in body should be one of`,
      notSupported(this.#field(path), inKeyOrder(value), names),
    );
  }

  tooLong(findings: Findings, path: string, most: number): void {
    findings.add(`${path} in body should be at most ${most} chars long`, tooLong(this.#field(path), most));
  }

  tooMany(
    findings: Findings,
    path: string,
    { count, most, what }: { count: number; most: number; what: string },
  ): void {
    findings.add(
      `${path} in body should have at most ${most} ${what}`,
      tooMany(this.#field(path), count, most),
    );
  }
}
