import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** A version of semver.org 2.0.0, numbers of 64 bits. */
export interface SemanticVersion {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Numeric identifiers are numbers, which sort before texts. */
  readonly prerelease: readonly (bigint | string)[];
  readonly build: readonly string[];
}

/** A text that is no version; the message is that of the Go module github.com/blang/semver/v4. */
export class VersionError extends Error {
  override readonly name = 'VersionError';
}

const isNumeric = (text: string) => /^[0-9]*$/.test(text);
const isIdentifier = (text: string) => /^[0-9A-Za-z-]*$/.test(text);

function refuse(message: string): never {
  throw new VersionError(message);
}

function parseUint64(text: string): bigint {
  if (text === '') refuse('strconv.ParseUint: parsing "": invalid syntax');
  const value = BigInt(text);
  return value >> 64n === 0n
    ? value
    : refuse(`strconv.ParseUint: parsing ${goQuote(text)}: value out of range`);
}

function parseNumber(text: string, part: 'major' | 'minor' | 'patch'): bigint {
  if (!isNumeric(text)) refuse(`Invalid character(s) found in ${part} number ${goQuote(text)}`);
  if (/^0./.test(text)) {
    const capital = part[0]!.toUpperCase() + part.slice(1);
    refuse(`${capital} number must not contain leading zeroes ${goQuote(text)}`);
  }
  return parseUint64(text);
}

function parsePrerelease(text: string): bigint | string {
  if (text === '') return refuse('Prerelease is empty');
  if (isNumeric(text)) {
    if (/^0./.test(text)) {
      return refuse(`Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`);
    }
    return parseUint64(text);
  }
  return isIdentifier(text) ? text : refuse(`Invalid character(s) found in prerelease ${goQuote(text)}`);
}

function parseBuild(text: string): string {
  if (text === '') return refuse('Build meta data is empty');
  return isIdentifier(text) ? text : refuse(`Invalid character(s) found in build meta data ${goQuote(text)}`);
}

/** `text` before and after the first `separator`; after is undefined when there is none. */
function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The three parts between the first two dots. */
function threeParts(text: string): string[] {
  const parts = text.split('.');
  return parts.length <= 3 ? parts : [parts[0]!, parts[1]!, parts.slice(2).join('.')];
}

/** @throws VersionError */
export function parseVersion(text: string): SemanticVersion {
  if (text === '') refuse('Version string empty');
  const parts = threeParts(text);
  if (parts.length !== 3) refuse('No Major.Minor.Patch elements found');
  const major = parseNumber(parts[0]!, 'major');
  const minor = parseNumber(parts[1]!, 'minor');
  const [beforeBuild, build] = cut(parts[2]!, '+');
  const [patchText, prerelease] = cut(beforeBuild, '-');
  return {
    major,
    minor,
    patch: parseNumber(patchText, 'patch'),
    prerelease: prerelease?.split('.').map(parsePrerelease) ?? [],
    build: build?.split('.').map(parseBuild) ?? [],
  };
}

/**
 * Reads leniently: a leading `v`, zeros in front and missing numbers are allowed (Kubernetes:
 * pkg/cel/library/semverlib.go). @throws VersionError
 */
export function parseNormalizedVersion(text: string): SemanticVersion {
  const parts = threeParts(text.replace(/^v/, '')).map((part) => {
    if (part.length <= 1) return part;
    const trimmed = part.replace(/^0+/, '');
    return /^[0-9]/.test(trimmed) ? trimmed : `0${trimmed}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) {
    refuse('short version cannot contain PreRelease/Build meta data');
  }
  while (parts.length < 3) parts.push('0');
  return parseVersion(parts.join('.'));
}

const order = <T extends bigint | number | string>(one: T, other: T) =>
  one === other ? 0 : one < other ? -1 : 1;

function comparePrerelease(one: bigint | string, other: bigint | string): number {
  if (typeof one === typeof other) return order(one, other);
  return typeof one === 'bigint' ? -1 : 1;
}

/** -1, 0 or 1; build metadata does not count. */
export function compareVersions(one: SemanticVersion, other: SemanticVersion): -1 | 0 | 1 {
  const results = [
    order(one.major, other.major),
    order(one.minor, other.minor),
    order(one.patch, other.patch),
    // A version without prerelease is above those with one.
    order(Number(one.prerelease.length === 0), Number(other.prerelease.length === 0)),
    ...one.prerelease
      .slice(0, other.prerelease.length)
      .map((identifier, i) => comparePrerelease(identifier, other.prerelease[i]!)),
    order(one.prerelease.length, other.prerelease.length),
  ];
  return (results.find((result) => result !== 0) ?? 0) as -1 | 0 | 1;
}
