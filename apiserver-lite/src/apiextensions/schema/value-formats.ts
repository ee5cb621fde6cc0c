import { dns1123Label, dns1123Subdomain } from '../../registry/fields/formats.ts';
import { ipVersion, parseCidr } from '../../registry/fields/ip.ts';

type Format = (text: string) => boolean;

const isDate: Format = (text) => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[+-]\d{2}:\d{2})$/;

const isDateTime: Format = (text) => {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  return text.length > 4 && isDate(date) && timeOfDay.test(time);
};

const isHostname: Format = (text) =>
  Buffer.byteLength(text) <= 255 &&
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u.test(
    text,
  ) &&
  text.split('.').every((part) => Buffer.byteLength(part) <= 63);

const isUri: Format = (text) => text.startsWith('/') || /^[A-Za-z][A-Za-z\d+.-]*:\S+$/.test(text);

const uuid = (version: string, variant = '[0-9a-f]') =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i');

const goDuration = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const spokenDuration =
  /^(?:\d+\s*(?:ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s*)+$/;

/** The formats of texts by their names without dashes (Kubernetes: `kube-openapi/pkg/validation/strfmt`). */
const formats: Readonly<Record<string, Format>> = {
  byte: (text) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  cidr: (text) => parseCidr(text) !== undefined,
  date: isDate,
  datetime: isDateTime,
  duration: (text) => text === '0' || goDuration.test(text) || spokenDuration.test(text),
  email: (text) => /^(?:[^<>]*<)?[^\s@<>]+@[^\s@<>]+>?$/.test(text),
  hexcolor: (text) => /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  hostname: isHostname,
  ipv4: (text) => ipVersion(text) === 4,
  ipv6: (text) => ipVersion(text) === 6,
  k8slongname: (text) => dns1123Subdomain(text).length === 0,
  k8sshortname: (text) => dns1123Label(text).length === 0,
  mac: (text) =>
    /^(?:[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4,}|(?:[0-9a-f]{4}\.){2,}[0-9a-f]{4})$/i.test(text),
  password: () => true,
  ssn: (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: isUri,
  uuid: (text) => uuid('[0-9a-f]').test(text),
  uuid3: (text) => uuid('3').test(text),
  uuid4: (text) => uuid('4', '[89ab]').test(text),
  uuid5: (text) => uuid('5', '[89ab]').test(text),
};

/** Formats that exist, but of which nothing is checked here. */
const unchecked = ['bsonobjectid', 'creditcard', 'isbn', 'isbn10', 'isbn13', 'rgbcolor'];

const plain = (name: string) => name.replaceAll('-', '');

/** Whether a text has the format; true where nothing is known of the format. */
export function hasFormat(format: string, text: string): boolean {
  return formats[plain(format)]?.(text) ?? true;
}

/** Whether a schema of this type may name the format without a warning that it means nothing. */
export function isKnownFormat(type: string, format: string): boolean {
  if (type === 'integer') return format === 'int32' || format === 'int64';
  if (type === 'number') return format === 'float' || format === 'double';
  return (
    (type === '' || type === 'string') && (plain(format) in formats || unchecked.includes(plain(format)))
  );
}
