import type { Library } from '../../library.ts';
import { listType, objectType, optionalType, stringType } from '../../types.ts';
import { ArrayList, OpaqueValue, optionalNone, OptionalValue, type Value } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import { type NamedFormat, namedFormats } from './named-formats.ts';

/** The type of `format.dns1123Label()`. */
export const formatType = objectType('kubernetes.NamedFormat');

/** A named format as a value. */
export class FormatValue extends OpaqueValue {
  readonly type = formatType;
  readonly format: NamedFormat;

  constructor(format: NamedFormat) {
    super();
    this.format = format;
  }

  override comparesTo(other: Value): boolean {
    return other instanceof FormatValue;
  }

  equals(other: Value): boolean {
    return other instanceof FormatValue && other.format.name === this.format.name;
  }
}

function validate({ format }: FormatValue, text: string): OptionalValue {
  const findings = format.validate(text);
  return findings.length === 0 ? optionalNone : new OptionalValue(new ArrayList(findings));
}

function formatNamed(name: string): OptionalValue {
  const format = namedFormats.get(name);
  return format === undefined ? optionalNone : new OptionalValue(new FormatValue(format));
}

/**
 * `format.named()`, `format.dns1123Label()` and the like, `validate()` (Kubernetes: `kubernetes.format`,
 * since 1.31).
 */
export const formatLibrary: Library = {
  name: 'kubernetes.format',
  functions: [
    declare(
      'validate',
      member('format-validate', [formatType, stringType], optionalType(listType(stringType)), validate),
    ),
    declare('format.named', overload('format-named', [stringType], optionalType(formatType), formatNamed)),
    ...Array.from(namedFormats, ([name, format]) =>
      declare(
        `format.${name}`,
        overload(`format.${name}`, [], formatType, () => new FormatValue(format)),
      ),
    ),
  ],
};
