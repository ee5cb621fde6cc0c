import { ownValue } from '@pg8s/k8s-proto/own-value';
import { ipVersion, parseCidr } from '../../../../registry/fields/ip.ts';
import { isCreditCard, isIsbn10, isIsbn13 } from './check-digits.ts';
import { isDuration } from './duration.ts';
import { isEmail } from './email.ts';
import { isUri } from './uri.ts';

/** Whether a text has a format. */
export type Format = (text: string) => boolean;

const isDate: Format = (text) => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

const timeOfDay = /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[^\n][0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/;

const isDateTime: Format = (text) => {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  return text.length >= 4 && isDate(date) && timeOfDay.test(time);
};

const hostname =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;

const isHostname: Format = (text) =>
  Buffer.byteLength(text) <= 255 &&
  hostname.test(text) &&
  text.split('.').every((part) => Buffer.byteLength(part) <= 63);

const uuid = (version: string, variant = '[0-9a-f]'): Format => {
  const pattern = new RegExp(
    `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
    'i',
  );
  return (text) => pattern.test(text);
};

/** Pairs of digits with one sign between, groups of four with dots, or digits alone; 6, 8 or 20 bytes. */
const isMac: Format = (text) => {
  const isMade =
    /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2})+$/i.test(text) ||
    /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text) ||
    /^[0-9a-f]+$/i.test(text);
  return isMade && [12, 16, 40].includes(text.replaceAll(/[^0-9a-f]/gi, '').length);
};

const byte = '(?:0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])';
const rgb = new RegExp(
  String.raw`^rgb\([\t\n\f\r ]*${Array(3).fill(byte).join('[\\t\\n\\f\\r ]*,[\\t\\n\\f\\r ]*')}[\t\n\f\r ]*\)$`,
);
const shortName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const longName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** The formats of texts by their names without dashes (Kubernetes: `kube-openapi/pkg/validation/strfmt`). */
const formats: Readonly<Record<string, Format>> = {
  bsonobjectid: (text) => /^[0-9a-f]{24}$/i.test(text),
  byte: (text) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  cidr: (text) => parseCidr(text) !== undefined,
  creditcard: isCreditCard,
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
  email: isEmail,
  hexcolor: (text) => /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  hostname: isHostname,
  ipv4: (text) => ipVersion(text) !== 0 && text.includes('.'),
  ipv6: (text) => ipVersion(text) === 6,
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  k8slongname: (text) => text.length <= 253 && longName.test(text),
  k8sshortname: (text) => text.length <= 63 && shortName.test(text),
  mac: isMac,
  password: () => true,
  rgbcolor: (text) => rgb.test(text),
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: isUri,
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
};

const plain = (name: string) => name.replaceAll('-', '');

/** The format of that name; undefined where nothing is known of it. */
export function formatNamed(name: string): Format | undefined {
  return ownValue(formats, plain(name));
}

/** Whether a schema of this type may name the format without a warning that it means nothing. */
export function isKnownFormat(type: string, format: string): boolean {
  if (type === 'integer') return format === 'int32' || format === 'int64';
  if (type === 'number') return format === 'float' || format === 'double';
  return (type === '' || type === 'string') && Object.hasOwn(formats, plain(format));
}
