import { stringifyJson } from '../json.ts';
import { QuantityError } from '../quantity.ts';
import { TimeError } from '../time.ts';
import { CodecError } from './codec-error.ts';
import type { MessageCodec } from './message-codec.ts';

/**
 * The codec of a type with forms of its own: its contents on the wire ⇄ its JSON value; null is Go's zero.
 */
export type SpecialCodec = Readonly<MessageCodec>;

/** Tags of the few fields that special messages have: number << 3 | wire type. */
export const tags = { varint1: 0x08, varint2: 0x10, bytes1: 0x0a, bytes2: 0x12, bytes3: 0x1a } as const;

/** The numbers of the fields that a message has, for telling unknown ones. */
export const fieldSets: Readonly<Record<'one' | 'two' | 'three', ReadonlySet<number>>> = {
  one: new Set([1]),
  two: new Set([1, 2]),
  three: new Set([1, 2, 3]),
};

/** For a JSON value that the type cannot hold. */
export function unfit(type: string, value: unknown): CodecError {
  return new CodecError('badValue', `${stringifyJson(value)?.slice(0, 100)} is no ${type}`);
}

/** Runs `parse`, and turns the domain's errors into ours. */
export function checked<T>(type: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TimeError) {
      throw new CodecError('badValue', `${type}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
