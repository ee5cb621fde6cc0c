import { byNumber, extraOf, type FieldSpec, type FieldType, instantiate } from './compile.ts';
import * as output from './message-output.ts';
import { uint32Size } from './message-output.ts';

/**
 * How a kind of field is written: sources of expressions over `v` the value, `o` the output, `x` what belongs
 * to the field.
 */
interface WriteSource {
  readonly wireType: 0 | 2;
  /** When `v` differs from zero. */
  readonly present: string;
  /** How many bytes `write` takes. */
  readonly size: string;
  readonly write: string;
}

type Scalar = Exclude<FieldType, 'message' | 'enum'>;

const bytesSource: WriteSource = {
  wireType: 2,
  present: 'v !== undefined && v.length !== 0',
  size: 'output.bytesSize(v)',
  write: 'o.bytes(v)',
};
const idSource: WriteSource = { wireType: 0, present: 'v', size: 'output.idSize(v)', write: 'o.id(v)' };

const scalars: Record<Scalar, WriteSource> = {
  int64: { wireType: 0, present: 'v', size: 'output.int64Size(v)', write: 'o.int64(v)' },
  signedId: idSource,
  unsignedId: idSource,
  uint32: { wireType: 0, present: 'v', size: 'output.uint32Size(v)', write: 'o.uint32(v)' },
  bool: { wireType: 0, present: 'v', size: '1', write: 'o.bool(v)' },
  string: { wireType: 2, present: 'v', size: 'output.stringSize(v)', write: 'o.string(v)' },
  bytes: bytesSource,
  ownBytes: bytesSource,
};

function writeSource(field: FieldSpec, extra: string): WriteSource {
  if (field.type === 'enum') {
    const value = `(${extra}.numbers[v] ?? Number(v))`;
    return {
      wireType: 0,
      present: `v !== undefined && v !== ${JSON.stringify(field.names?.[0])}`,
      size: `output.uint32Size(${value})`,
      write: `o.uint32(${value})`,
    };
  }
  if (field.type === 'message') {
    return {
      wireType: 2,
      present: 'v !== undefined',
      size: `o.setSize(o.reserveSize(), ${extra}.size(v, o))`,
      write: `o.length(); ${extra}.write(v, o)`,
    };
  }
  return scalars[field.type];
}

const tagOf = (field: FieldSpec, { wireType }: WriteSource): number => ((field.number << 3) | wireType) >>> 0;

/** One line for each field, which does `work` with each `v` that is there. */
function forPresent([name, field]: [string, FieldSpec], source: WriteSource, work: string): string {
  if (field.repeated) {
    return `{ const list = m.${name}; if (list !== undefined) for (let i = 0; i < list.length; i++) { const v = list[i]; ${work}; } }`;
  }
  const present = field.oneof ? 'v !== undefined' : source.present;
  return `{ const v = m.${name}; if (${present}) { ${work}; } }`;
}

/** Compiles `(message, output) => bytes`: what the message takes, without its own tag and length. */
export function compileSize(fields: Readonly<Record<string, FieldSpec>>): unknown {
  const entries = byNumber(fields);
  const body = entries.map((entry, index) => {
    const source = writeSource(entry[1], `x[${index}]`);
    const tagSize = uint32Size(tagOf(entry[1], source));
    return forPresent(entry, source, `size += ${tagSize} + ${source.size}`);
  });
  return instantiate('m, o', ['let size = 0;', ...body, 'return size;'], {
    output,
    x: entries.map(([, field]) => extraOf(field)),
  });
}

/** Compiles `(message, output) => void`. */
export function compileWrite(fields: Readonly<Record<string, FieldSpec>>): unknown {
  const entries = byNumber(fields);
  const body = entries.map((entry, index) => {
    const source = writeSource(entry[1], `x[${index}]`);
    return forPresent(entry, source, `o.uint32(${tagOf(entry[1], source)}); ${source.write}`);
  });
  return instantiate('m, o', body, { x: entries.map(([, field]) => extraOf(field)) });
}
