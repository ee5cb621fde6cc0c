import { nullMeansAbsent } from '../lossless/value-field.ts';
import { joinRecords, splitRecords } from '../lossless/wire-record.ts';
import type { WireRecord } from '../lossless/wire-record.ts';
import type { FieldType } from '../schema/field-type.ts';
import { requireMessage } from '../schema/schema.ts';
import type { Random } from './random.ts';

/** How likely it is, for a field or message, that something happens to it. */
export interface Mutations {
  /** A value field is taken off the wire. */
  absent: number;
  /** A message gets a field that it doesn't know. */
  unknown: number;
  /** The records of a message change places. */
  disorder: number;
}

function unknownRecord(random: Random, known: ReadonlySet<number>): WireRecord {
  let field = 0;
  while (field === 0 || known.has(field)) field = 1 + random.below(random.pick([40, 5000]));
  const choices: (() => WireRecord)[] = [
    () => ({ field, wireType: 0, bytes: Buffer.from(random.pick([[5], [0], [0xff, 0x7f], [0x80, 0x00]])) }),
    () => ({ field, wireType: 1, bytes: Buffer.from([1, 2, 3, 4, 5, 6, 7, random.below(256)]) }),
    () => ({
      field,
      wireType: 2,
      bytes: Buffer.from(random.pick(['', 'text', '\n\x05never', 'x'.repeat(300)])),
    }),
    () => ({ field, wireType: 5, bytes: Buffer.from([random.below(256), 0, 0, 1]) }),
  ];
  return random.pick(choices)();
}

/** Changes a message as another version might have written it, and all messages in it. */
export function mutateWire(random: Random, message: string, bytes: Buffer, mutations: Mutations): Buffer {
  const { fields } = requireMessage(message);
  const byNumber = new Map(fields.map((field) => [field.number, field]));
  const within = (type: FieldType, contents: Buffer): Buffer => {
    if (type.kind === 'message') return mutateWire(random, type.name, contents, mutations);
    if (type.kind === 'list') return within(type.element, contents);
    if (type.kind !== 'map') return contents;
    return joinRecords(
      splitRecords(contents).map((part) =>
        part.field === 2 && part.wireType === 2
          ? { field: 2, wireType: 2, bytes: within(type.value, part.bytes) }
          : part,
      ),
    );
  };
  const records = splitRecords(bytes).flatMap((record): WireRecord[] => {
    const field = byNumber.get(record.field);
    if (field === undefined) return [record];
    const droppable = nullMeansAbsent(field) || field.type.kind === 'time' || field.inline;
    if (droppable && random.chance(mutations.absent)) return [];
    if (record.wireType !== 2) return [record];
    return [{ field: record.field, wireType: 2, bytes: within(field.type, record.bytes) }];
  });
  if (random.chance(mutations.unknown)) {
    for (let count = 1 + random.below(3); count > 0; count--) {
      records.push(unknownRecord(random, new Set(byNumber.keys())));
    }
    records.sort((a, b) => a.field - b.field);
  }
  if (records.length > 1 && random.chance(mutations.disorder)) {
    const from = random.below(records.length);
    const [moved] = records.splice(from, 1);
    if (moved !== undefined) records.splice(random.below(records.length), 0, moved);
  }
  return joinRecords(records);
}
