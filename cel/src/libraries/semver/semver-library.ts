import type { Library } from '../../library.ts';
import { boolType, intType, objectType, stringType } from '../../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import {
  compareVersions,
  parseNormalizedVersion,
  parseVersion,
  type SemanticVersion,
  VersionError,
} from './semantic-version.ts';

/** The type of `semver('…')`. */
export const semverType = objectType('kubernetes.Semver');

/** A semantic version as a value. */
export class SemverValue extends OpaqueValue {
  readonly type = semverType;
  readonly version: SemanticVersion;

  constructor(version: SemanticVersion) {
    super();
    this.version = version;
  }

  override comparesTo(other: Value): boolean {
    return other instanceof SemverValue;
  }

  equals(other: Value): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0;
  }
}

function semverOf(text: string, normalize = false): SemverValue | EvaluationError {
  try {
    return new SemverValue(normalize ? parseNormalizedVersion(text) : parseVersion(text));
  } catch (error) {
    if (error instanceof VersionError) return new EvaluationError(error.message);
    throw error;
  }
}

// Numbers are read as unsigned and given as signed ones of 64 bits, as Go converts them.
const part = (name: 'major' | 'minor' | 'patch') =>
  declare(
    name,
    member(`semver_${name}`, [semverType], intType, ({ version }: SemverValue) =>
      BigInt.asIntN(64, version[name]),
    ),
  );

const both = [semverType, semverType];
const compared = (one: SemverValue, other: SemverValue) => compareVersions(one.version, other.version);

/** `semver()`, `isSemver()` and comparison (Kubernetes: `kubernetes.Semver`, version 1, since 1.33). */
export const semverLibrary: Library = {
  name: 'kubernetes.Semver',
  functions: [
    declare(
      'semver',
      overload('string_to_semver', [stringType], semverType, (text: string) => semverOf(text)),
      overload('string_bool_to_semver', [stringType, boolType], semverType, semverOf),
    ),
    declare(
      'isSemver',
      overload(
        'is_semver_string',
        [stringType],
        boolType,
        (text: string) => semverOf(text) instanceof SemverValue,
      ),
      overload(
        'is_semver_string_bool',
        [stringType, boolType],
        boolType,
        (text: string, normalize: boolean) => semverOf(text, normalize) instanceof SemverValue,
      ),
    ),
    declare(
      'isGreaterThan',
      member(
        'semver_is_greater_than',
        both,
        boolType,
        (one: SemverValue, other: SemverValue) => compared(one, other) === 1,
      ),
    ),
    declare(
      'isLessThan',
      member(
        'semver_is_less_than',
        both,
        boolType,
        (one: SemverValue, other: SemverValue) => compared(one, other) === -1,
      ),
    ),
    declare(
      'compareTo',
      member('semver_compare_to', both, intType, (one: SemverValue, other: SemverValue) =>
        BigInt(compared(one, other)),
      ),
    ),
    part('major'),
    part('minor'),
    part('patch'),
  ],
};
