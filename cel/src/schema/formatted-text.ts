import { type Instant, parseDuration, parseTime, TimeError } from '@pg8s/k8s-proto/time';
import { Duration, EvaluationError, type Result, Timestamp } from '../values.ts';

/**
 * Texts of schemas with a format as values (Kubernetes: pkg/cel/common/valuesunstructured.go; kube-openapi:
 * strfmt).
 */

/** A spoken unit begins with the last word of its line, or is one of the words. */
const units: readonly (readonly [nanos: bigint, ...words: string[]])[] = [
  [1n, 'ns', 'nano'],
  [1_000n, 'us', 'µs', 'micro'],
  [1_000_000n, 'ms', 'milli'],
  [1_000_000_000n, 's', 'sec'],
  [60_000_000_000n, 'm', 'min'],
  [3_600_000_000_000n, 'h', 'hr', 'hour'],
  [86_400_000_000_000n, 'd', 'day'],
  [604_800_000_000_000n, 'w', 'wk', 'week'],
];

function attempt<T>(parse: () => T): T | TimeError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TimeError) return error;
    throw error;
  }
}

/** Go's durations, and what people say: `3 days`, `1 week 2 hours`. */
function durationOf(text: string): Result {
  const written = attempt(() => parseDuration(text));
  if (!(written instanceof TimeError)) return new Duration(written);
  let nanos = 0n;
  let isKnown = false;
  for (const [, amount, unit] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const word = unit!.toLowerCase();
    for (const [multiplier, ...words] of units) {
      if (!words.includes(word) && !word.startsWith(words.at(-1)!)) continue;
      isKnown = true;
      nanos = BigInt.asIntN(64, nanos + BigInt(amount!) * multiplier);
    }
  }
  if (isKnown) return new Duration(nanos);
  return new EvaluationError(`Invalid duration ${text}: unable to parse ${text} as duration`);
}

function timestampOf(text: string, forms: readonly string[], name: string): Result {
  let instant: Instant | TimeError | undefined;
  for (const form of forms) {
    instant = attempt(() => parseTime(form));
    if (!(instant instanceof TimeError)) return new Timestamp(instant.seconds, instant.nanos);
  }
  return new EvaluationError(`Invalid ${name} formatted string ${text}: ${(instant as TimeError).message}`);
}

/** Base64 in the alphabet of URLs, although the schema's format is checked with the other one. */
function bytesOf(text: string): Result {
  const packed = text.replaceAll(/[\r\n]/g, '');
  const wrong = /[^A-Za-z0-9_=-]/.exec(packed)?.index ?? /=(?!=?$)/.exec(packed)?.index ?? -1;
  if (wrong !== -1 || packed.length % 4 !== 0) {
    const at = wrong === -1 ? packed.length : wrong;
    return new EvaluationError(
      `Invalid byte formatted string ${text}: illegal base64 data at input byte ${at}`,
    );
  }
  return new Uint8Array(Buffer.from(packed, 'base64url'));
}

/** The value of a text whose schema has this format; the text itself for formats that have no type. */
export function formattedValue(text: string, format: string | undefined): Result {
  switch (format) {
    case 'duration':
      return durationOf(text);
    case 'date':
      return timestampOf(text, [`${text}T00:00:00Z`], 'date');
    case 'date-time':
      if (text === '') return new Timestamp(0, 0);
      // The zone may be left out.
      return timestampOf(text, [text, `${text}Z`], 'date-time');
    case 'byte':
      return bytesOf(text);
    default:
      return text;
  }
}
