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
import { FaultBudget, tooManyFaults } from './fault-budget.ts';
import { spendTime } from './time-budget.ts';

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

  get size(): number {
    return this.#errors.size;
  }

  get errors(): FieldError[] {
    return [...this.#errors.values()];
  }

  add(text: string, error: FieldError): void {
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
  readonly #budget = new FaultBudget();

  constructor(root: string) {
    this.#root = root;
  }

  /** Throws 413 where the texts of all findings are more than an answer should hold. */
  #add(findings: Findings, text: string, error: FieldError): void {
    spendTime(this.#budget.spend(error, text), tooManyFaults);
    findings.add(text, error);
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
    this.#add(findings, text, invalidValue(this.#field(path), value, text));
  }

  outOfBounds(findings: Findings, path: string, { printed, text }: { printed: string; text: string }): void {
    const message = `Invalid value: ${printed}: ${text}`;
    this.#add(findings, text, { field: this.#field(path), reason: 'FieldValueInvalid', message });
  }

  /** What is said of no value in particular. */
  refused(findings: Findings, text: string): void {
    this.#add(findings, text, invalidValue(this.#whole, '', text));
  }

  mistyped(findings: Findings, path: string, { wanted, found }: { wanted: string; found: string }): void {
    const text = `${path} in body must be of type ${wanted}: ${goQuote(found)}`;
    this.#add(findings, text, {
      ...invalidValue(this.#field(path), found, text),
      reason: 'FieldValueTypeInvalid',
    });
  }

  required(findings: Findings, path: string): void {
    this.#add(findings, `${path} in body is required`, required(this.#field(path)));
  }

  notSupported(findings: Findings, path: string, value: unknown, names: readonly string[]): void {
    this.#add(
      findings,
      `${path} in body should be one of`,
      notSupported(this.#field(path), inKeyOrder(value), names),
    );
  }

  tooLong(findings: Findings, path: string, most: number): void {
    this.#add(
      findings,
      `${path} in body should be at most ${most} chars long`,
      tooLong(this.#field(path), most),
    );
  }

  tooMany(
    findings: Findings,
    path: string,
    { count, most, what }: { count: number; most: number; what: string },
  ): void {
    this.#add(
      findings,
      `${path} in body should have at most ${most} ${what}`,
      tooMany(this.#field(path), count, most),
    );
  }
}
