import { podTemplateTypes } from './generated/pod-template-types.ts';

/**
 * A Pod template as Go's spew library prints the struct (`%#v` without methods, with sorted keys), which is
 * the text that Kubernetes hashes (`k8s.io/utils/dump.ForHash`). Every field is there, set or not, with its
 * type:
 *
 *     (v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) … Labels:(map[string]string)map[app:web]
 *      … Spec:(v1.PodSpec){… Containers:([]v1.Container)[{Name:(string)web …}] …
 *      Overhead:(v1.ResourceList)<nil> …}}
 *
 * Lists, maps and pointers that are absent print as `<nil>`, and so do empty lists and maps, because
 * protobuf, through which a controller reads them, does not tell these from absent. Timestamps print as
 * unset: a template has none.
 */
export function dumpPodTemplate(template: unknown): string {
  return dumpTyped(template, 'v1.PodTemplateSpec');
}

const integers = new Set(['int', 'int32', 'int64', 'uint32', 'uint64']);

function dumpTyped(value: unknown, type: string): string {
  return `(${type})${dumpValue(value, type)}`;
}

function dumpValue(value: unknown, type: string): string {
  if (type.startsWith('*')) {
    // A managed field's FieldsV1 is bytes, which spew prints as a hex dump; templates have no managed fields.
    return value === undefined || value === null ? '<nil>' : dumpValue(value, type.slice(1));
  }
  if (type.startsWith('[]')) return dumpList(value, type.slice(2));
  if (type.startsWith('map[string]')) return dumpMap(value, type.slice('map[string]'.length));
  switch (type) {
    case 'v1.ResourceList':
      return dumpMap(value, 'resource.Quantity');
    case 'resource.Quantity':
      return dumpQuantity(String(value ?? '0'));
    case 'intstr.IntOrString':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${Number(value ?? 0)} StrVal:(string)}`;
    case 'v1.Time':
      return '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
    case 'bool':
      return String(value ?? false);
    default:
      break;
  }
  if (integers.has(type)) return String(value ?? 0);
  const fields = podTemplateTypes[type];
  // Every other named type is a string.
  if (!fields) return String(value ?? '');
  const object = (value ?? {}) as Record<string, unknown>;
  const dumped = fields.map(([go, json, fieldType]) => {
    return `${go}:${dumpTyped(json === '' ? object : object[json], fieldType)}`;
  });
  return `{${dumped.join(' ')}}`;
}

function dumpList(value: unknown, itemType: string): string {
  if (!Array.isArray(value) || value.length === 0) return '<nil>';
  return `[${value.map((item) => dumpValue(item, itemType)).join(' ')}]`;
}

function dumpMap(value: unknown, itemType: string): string {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  if (entries.length === 0) return '<nil>';
  const sorted = entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${sorted.map(([key, item]) => `${key}:${dumpValue(item, itemType)}`).join(' ')}]`;
}

const decimalExponents: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * A Quantity's struct as `resource.ParseQuantity` fills it: `500m` is value 500, scale −3. The text is kept
 * where it is canonical for certain; a number that might not fit into 64 bits is a big decimal of nine places
 * instead.
 */
function dumpQuantity(text: string): string {
  const [, sign = '', leading = '', fraction = '', suffix = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? [];
  const whole = leading.replace(/^0+(?=\d)/, '');
  const digits = `${whole}${fraction}`;
  const number = BigInt(digits || '0') * (sign === '-' ? -1n : 1n);
  const binary = binaryExponents[suffix];
  if (binary !== undefined) {
    const value = number << BigInt(binary);
    // About three bits a decimal digit.
    const isSmall = fraction === '' && 15 - whole.length - Math.trunc((binary * 3) / 10) - 1 >= 0;
    if (!isSmall) return bigQuantity(value * 10n ** BigInt(9 - fraction.length), 'BinarySI');
    return smallQuantity(value, 0, ['BinarySI', (number & 7n) === 0n ? '' : text]);
  }
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix);
  const format = exponent ? 'DecimalExponent' : 'DecimalSI';
  const power = exponent ? Number(exponent[1]) : (decimalExponents[suffix] ?? 0);
  const scale = power - fraction.length;
  if (digits.length > 18 || scale < -9) return bigQuantity(scaled(number, scale + 9), format);
  const isCanonical = text === '0' || (scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0'));
  return smallQuantity(number, scale, [format, isCanonical ? text : '']);
}

/** `number × 10^power`, rounded away from zero. */
function scaled(number: bigint, power: number): bigint {
  if (power >= 0) return number * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  const whole = number / divisor;
  if (whole * divisor === number) return whole;
  return number > 0n ? whole + 1n : whole - 1n;
}

function smallQuantity(
  value: bigint,
  scale: number,
  [format, text]: readonly [format: string, text: string],
): string {
  const amount = `{value:(int64)${value} scale:(resource.Scale)${scale}}`;
  const decimal = 'd:(resource.infDecAmount){Dec:(*inf.Dec)<nil>}';
  return `{i:(resource.int64Amount)${amount} ${decimal} s:(string)${text} Format:(resource.Format)${format}}`;
}

function bigQuantity(billionths: bigint, format: string): string {
  const words: bigint[] = [];
  for (let rest = billionths < 0n ? -billionths : billionths; rest > 0n; rest >>= 64n)
    words.push(BigInt.asUintN(64, rest));
  const unscaled = `{neg:(bool)${billionths < 0n} abs:(big.nat)[${words.join(' ')}]}`;
  const decimal = `{Dec:(*inf.Dec){unscaled:(big.Int)${unscaled} scale:(inf.Scale)9}}`;
  const amount = '{value:(int64)0 scale:(resource.Scale)0}';
  return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount)${decimal} s:(string) Format:(resource.Format)${format}}`;
}
