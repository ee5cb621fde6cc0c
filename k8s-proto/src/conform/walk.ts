import { NumberToken } from '../json-number.ts';
import { ConformError } from './conform-error.ts';

/** The path to a place in a document: field names, map keys, and indexes of lists. */
export type FieldPath = readonly (string | number)[];

/** kube-apiserver reports no more than that many of them. */
const maxProblems = 100;

/** What is known while a document is walked through. */
export class Walk {
  readonly report: boolean;
  /** Lossless forms are kept: see `src/lossless/`. */
  readonly lossless: boolean;
  /** Some were. */
  hasLosslessForms = false;
  readonly unknownFields: FieldPath[] = [];
  /** For unknown fields: with the indexes of lists and the keys of maps. */
  readonly path: (string | number)[] = [];
  /**
   * For type errors, as Go tells them: the fields alone, after the names of embedded structs that they are
   * in, and the struct that has the last of them.
   */
  readonly fieldStack: string[] = [];
  struct = '';
  /** Go goes on after a type error, and reports the first. */
  firstError: ConformError | undefined;

  /** How many values so far said more than is printed of them: see `unprinted.ts`. */
  unprinted = 0;

  /** Values are read as `runtime.FromUnstructured` does: see `restore-scalar.ts`. */
  readonly unstructured: boolean;

  /** Each value of a key that stands twice is looked at, for what is wrong with it. */
  readonly repeated: boolean;

  constructor({
    report,
    lossless,
    dialect,
    repeated = false,
  }: {
    report: boolean;
    lossless: boolean;
    dialect: 'json' | 'unstructured';
    repeated?: boolean;
  }) {
    this.repeated = repeated;
    this.unstructured = dialect === 'unstructured';
    this.report = report;
    this.lossless = lossless;
  }

  typeError(found: string, goType: string): void {
    this.firstError ??= this.makeTypeError(found, goType);
  }

  makeTypeError(found: string, goType: string): ConformError {
    const where =
      this.unstructured || (this.struct === '' && this.fieldStack.length === 0)
        ? 'Go value'
        : `Go struct field ${this.struct}.${this.fieldStack.join('.')}`;
    return new ConformError('type', `json: cannot unmarshal ${found} into ${where} of type ${goType}`);
  }

  unknown(key: string): void {
    if (this.report && this.unknownFields.length < maxProblems) this.unknownFields.push([...this.path, key]);
  }
}

/** The JSON type of a value, as Go's errors name it. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint' || value instanceof NumberToken) return 'number';
  return typeof value;
}

/** A JSON object, not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberToken)
  );
}
