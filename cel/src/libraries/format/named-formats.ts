import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  qualifiedName,
  validLabelValue,
} from '@pg8s/k8s-proto/formats/names';
import { parseRequestUri, UrlError } from '../url/go-url.ts';

/**
 * A format by name: what is wrong with a text, and the length that its regular expression counts for costs.
 */
export interface NamedFormat {
  readonly name: string;
  readonly regexLength: number;
  validate(text: string): readonly string[];
}

/**
 * A prefix of a name may end with a dash: it is checked as if something followed (apimachinery: generate.go).
 */
function asPrefix(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text;
}

function uriFindings(text: string): string[] {
  try {
    parseRequestUri(text);
    return [];
  } catch (error) {
    if (error instanceof UrlError) return [error.message];
    throw error;
  }
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d([^\n]\d+)?(z|[+-]\d{2}:\d{2})$/;

/** A date, `t` and a time of day (kube-openapi: strfmt/time.go). */
function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  return text.length >= 4 && isDate(date) && timeOfDay.test(time);
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

const finding = (isValid: (text: string) => boolean, message: string) => (text: string) =>
  isValid(text) ? [] : [message];

const named = (name: string, regexLength: number, validate: NamedFormat['validate']): NamedFormat => ({
  name,
  regexLength,
  validate,
});

/** The formats of `format.named()` (Kubernetes: pkg/cel/library/format.go). */
export const namedFormats: ReadonlyMap<string, NamedFormat> = new Map([
  ['dns1123Label', named('DNS1123Label', 30, dns1123Label)],
  ['dns1123Subdomain', named('DNS1123Subdomain', 60, dns1123Subdomain)],
  ['dns1035Label', named('DNS1035Label', 30, dns1035Label)],
  ['qualifiedName', named('QualifiedName', 60, qualifiedName)],
  ['dns1123LabelPrefix', named('DNS1123LabelPrefix', 30, (text) => dns1123Label(asPrefix(text)))],
  ['dns1123SubdomainPrefix', named('DNS1123SubdomainPrefix', 60, (text) => dns1123Subdomain(asPrefix(text)))],
  ['dns1035LabelPrefix', named('DNS1035LabelPrefix', 30, (text) => dns1035Label(asPrefix(text)))],
  ['labelValue', named('LabelValue', 40, validLabelValue)],
  ['uri', named('URI', 1103, uriFindings)],
  [
    'uuid',
    named(
      'uuid',
      70,
      finding((text) => uuid.test(text), 'does not match the UUID format'),
    ),
  ],
  [
    'byte',
    named(
      'byte',
      84,
      finding((text) => base64.test(text), 'invalid base64'),
    ),
  ],
  ['date', named('date', 71, finding(isDate, 'invalid date'))],
  ['datetime', named('datetime', 71, finding(isDateTime, 'invalid datetime'))],
]);
