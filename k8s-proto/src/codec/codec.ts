import type { FieldType } from '../schema/field-type.ts';
import { jsonSchemaProps, specialKinds } from '../schema/field-type.ts';
import type { SpecialKind } from '../schema/field-type.ts';
import { messageSchema, requireMessage } from '../schema/schema.ts';
import { CodecError } from './codec-error.ts';
import { compileDecoder } from './compile-decoder.ts';
import { compileEncoder } from './compile-encoder.ts';
import type { MessageCodec } from './message-codec.ts';
import { specialCodec } from './special.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const codecs = new Map<string, MessageCodec>();
const specialCodecs = new Map<SpecialKind, MessageCodec>();

/** A codec whose functions compile themselves when first called, and then are the compiled ones. */
function lazyCodec(name: string): MessageCodec {
  let codec = codecs.get(name);
  if (codec === undefined) {
    const made: MessageCodec = {
      encode(writer, value) {
        made.encode = compileEncoder(requireMessage(name), codecOf);
        made.encode(writer, value);
      },
      decode(reader, end) {
        made.decode = compileDecoder(requireMessage(name), codecOf);
        return made.decode(reader, end);
      },
    };
    codec = made;
    codecs.set(name, codec);
  }
  return codec;
}

function specialCodecOf(kind: SpecialKind): MessageCodec {
  let codec = specialCodecs.get(kind);
  if (codec === undefined) {
    codec = specialCodec(kind, lazyCodec(jsonSchemaProps));
    specialCodecs.set(kind, codec);
  }
  return codec;
}

function codecOf(type: FieldType): MessageCodec {
  if (type.kind === 'message') return lazyCodec(type.name);
  return specialCodecOf(type.kind as SpecialKind);
}

function codecByName(name: string): MessageCodec {
  const special = specialKinds[name];
  if (special !== undefined) return specialCodecOf(special);
  if (messageSchema(name) === undefined) throw new CodecError('unknownType', `no message is named ${name}`);
  return lazyCodec(name);
}

const writer = new WireWriter();

/**
 * Runs `write` on the shared writer and gives a copy of what it wrote. Not to be nested.
 *
 * @throws CodecError
 */
export function withWriter(write: (writer: WireWriter) => void): Buffer<ArrayBuffer> {
  try {
    write(writer);
    return writer.finish();
  } catch (error) {
    writer.reset();
    throw asCodecError(error);
  }
}

/** Writes the contents of a message: see `encodeMessage`. @throws CodecError */
export function writeMessage(writer: WireWriter, name: string, value: unknown): void {
  codecByName(name).encode(writer, value);
}

/**
 * The bytes of a message from its JSON value, as Go's generated code writes them: fields by number, value
 * fields even when zero, pointers, lists and maps when set, map entries by key. Fields that the message
 * doesn't have are left out.
 *
 * @throws CodecError
 */
export function encodeMessage(name: string, value: unknown): Buffer<ArrayBuffer> {
  return withWriter((writer) => writeMessage(writer, name, value));
}

/**
 * The JSON value of a message from its bytes, with the fields that Go's JSON has, in Go's order. Integers
 * beyond 2^53 are bigints.
 *
 * @throws CodecError
 */
export function decodeMessage(name: string, bytes: Uint8Array): unknown {
  const codec = codecByName(name);
  try {
    return codec.decode(new WireReader(bytes), bytes.length);
  } catch (error) {
    throw asCodecError(error);
  }
}

function asCodecError(error: unknown): unknown {
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new CodecError('tooDeep', 'the object is nested too deeply', { cause: error });
  }
  return error;
}
