import { encode } from '../../etcdserverpb/codec/codec.ts';
import {
  fileDescriptor,
  type FileDescriptor,
  type MessageDescriptor,
} from '../../etcdserverpb/messages/descriptor-messages.ts';
import type { MethodDescription } from '../methods/methods.ts';
import { describeFiles } from './describe-file.ts';
import { protoFiles } from './proto-files.ts';

/** A file as it is sent. */
export interface DescribedFile {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly bytes: Uint8Array;
}

/** What there is to be asked about some methods. */
export class DescriptorPool {
  /** With their packages, sorted. */
  readonly services: readonly string[];
  readonly #files = new Map<string, DescribedFile>();
  readonly #symbols = new Map<string, DescribedFile>();

  constructor(methods: readonly MethodDescription[]) {
    const descriptors = describeFiles(protoFiles(methods));
    for (const descriptor of descriptors) {
      const { name, dependencies } = descriptor;
      const file = { name, dependencies, bytes: encode(fileDescriptor, descriptor) };
      this.#files.set(name, file);
      for (const symbol of symbolsOf(descriptor)) this.#symbols.set(symbol, file);
    }
    this.services = descriptors
      .flatMap((file) => file.services.map(({ name }) => `${file.package}.${name}`))
      .sort();
  }

  file(name: string): DescribedFile | undefined {
    return this.#files.get(name);
  }

  /** Where a message, field, oneof, enum, enum value, service or method is declared. */
  fileContaining(symbol: string): DescribedFile | undefined {
    return this.#symbols.get(symbol);
  }
}

function* symbolsOf(file: FileDescriptor): Generator<string> {
  yield* typesOf(file.package, file);
  for (const { name, methods } of file.services) {
    const service = `${file.package}.${name}`;
    yield service;
    for (const method of methods) yield `${service}.${method.name}`;
  }
}

function* typesOf(
  scope: string,
  { messages, enums }: Pick<FileDescriptor, 'messages' | 'enums'>,
): Generator<string> {
  for (const { name, values } of enums) {
    yield `${scope}.${name}`;
    // The values of an enum are its siblings, as in C++.
    for (const value of values) yield `${scope}.${value.name}`;
  }
  for (const message of messages) yield* messageSymbols(`${scope}.${message.name}`, message);
}

function* messageSymbols(name: string, message: MessageDescriptor): Generator<string> {
  yield name;
  for (const field of message.fields) yield `${name}.${field.name}`;
  for (const oneof of message.oneofs) yield `${name}.${oneof.name}`;
  yield* typesOf(name, { messages: message.nested, enums: message.enums });
}
