import type { AdmissionAttributes } from '../../attributes.ts';

const maxValueBytes = 10 * 1024;

/** The audit annotations that one policy makes of a request by all its bindings and parameters. */
export class AnnotationCollector {
  readonly #values = new Map<string, string[]>();

  /** Adds a value, cut where it is too long, unless the key has it already. */
  add(key: string, value: string): void {
    const bytes = Buffer.from(value);
    const cut = bytes.length > maxValueBytes ? bytes.subarray(0, maxValueBytes).toString() : value;
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, [cut]);
    else if (!values.includes(cut)) values.push(cut);
  }

  /** Annotates the request; several values of one key are joined. */
  publish(policy: string, attributes: AdmissionAttributes): void {
    for (const [key, values] of this.#values) attributes.annotate(`${policy}/${key}`, values.join(', '));
  }
}
