import type { FieldSpec, FieldType } from '../../etcdserverpb/codec/compile.ts';
import type {
  EnumDescriptor,
  FieldDescriptor,
  FileDescriptor,
  MessageDescriptor,
  ProtoType,
  ServiceDescriptor,
} from '../../etcdserverpb/messages/descriptor-messages.ts';
import { type AnyMessage, type JsonField, jsonFields } from '../../etcdserverpb/codec/proto-fields.ts';
import { messageName, type ProtoFile, splitPath } from './proto-files.ts';

const protoTypes: Readonly<Record<FieldType | NonNullable<FieldSpec['protoType']>, ProtoType>> = {
  int64: 'TYPE_INT64',
  signedId: 'TYPE_INT64',
  unsignedId: 'TYPE_UINT64',
  uint64: 'TYPE_UINT64',
  int32: 'TYPE_INT32',
  uint32: 'TYPE_UINT32',
  bool: 'TYPE_BOOL',
  string: 'TYPE_STRING',
  bytes: 'TYPE_BYTES',
  ownBytes: 'TYPE_BYTES',
  enum: 'TYPE_ENUM',
  message: 'TYPE_MESSAGE',
};

/** The files as protobuf describes them, each with the names of the files that it imports. */
export function describeFiles(files: readonly ProtoFile[]): FileDescriptor[] {
  // Where each message is declared; those that are shared are in fields nowhere.
  const home = new Map<object, ProtoFile>();
  for (const file of files) for (const { fields } of file.messages.values()) home.set(fields, file);
  return files.map((file) => new FileWriter(file, home).write());
}

class FileWriter {
  readonly #file: ProtoFile;
  readonly #home: ReadonlyMap<object, ProtoFile>;
  readonly #imports = new Set<string>();
  readonly #enums = new Map<string, readonly string[]>();

  constructor(file: ProtoFile, home: ReadonlyMap<object, ProtoFile>) {
    this.#file = file;
    this.#home = home;
  }

  write(): FileDescriptor {
    const file = this.#file;
    const all = new Map([...file.messages].map(([name, codec]) => [name, this.#message(name, codec)]));
    const messages: MessageDescriptor[] = [];
    for (const [name, descriptor] of all) {
      const [, parent] = /^(.*)\.[^.]+$/.exec(name) ?? [];
      if (parent === undefined) messages.push(descriptor);
      else all.get(parent)?.nested.push(descriptor);
    }
    const enums: EnumDescriptor[] = [];
    for (const [name, names] of this.#enums) {
      const values = names.map((value, number) => ({ name: value, number }));
      const [, parent, last = ''] = /^(?:(.*)\.)?([^.]+)$/.exec(name) ?? [];
      (parent === undefined ? enums : all.get(parent)?.enums)?.push({ name: last, values });
    }
    const services = this.#services();
    return {
      name: file.name,
      package: file.package,
      dependencies: [...this.#imports],
      messages,
      enums,
      services,
      options: { goPackage: file.goPackage },
      syntax: 'proto3',
    };
  }

  #message(name: string, codec: AnyMessage): MessageDescriptor {
    const oneofs: { name: string }[] = [];
    const fields = jsonFields(codec).map((field) => this.#field(field, oneofs));
    const last = name.slice(name.lastIndexOf('.') + 1);
    // All messages that etcd nests are what protobuf makes of a map.
    const options = last === name ? undefined : { mapEntry: true };
    return { name: last, fields, nested: [], enums: [], options, oneofs };
  }

  #field({ protoName, jsonName, spec }: JsonField, oneofs: { name: string }[]): FieldDescriptor {
    let oneof: { oneofIndex?: number } = {};
    if (spec.oneof !== undefined) {
      let oneofIndex = oneofs.findIndex(({ name }) => name === spec.oneof);
      if (oneofIndex < 0) oneofIndex = oneofs.push({ name: spec.oneof }) - 1;
      oneof = { oneofIndex };
    }
    return {
      name: protoName,
      number: spec.number,
      label: spec.repeated ? 'LABEL_REPEATED' : 'LABEL_OPTIONAL',
      type: protoTypes[spec.protoType ?? spec.type],
      typeName: this.#typeName(spec),
      ...oneof,
      jsonName,
    };
  }

  #typeName(spec: FieldSpec): string {
    if (spec.enumName !== undefined) {
      // An enum of another package is only ever in a message of that package.
      this.#enums.set(spec.enumName, spec.names ?? []);
      return `.${this.#file.package}.${spec.enumName}`;
    }
    const codec = spec.codec?.();
    return codec === undefined ? '' : this.#reference(codec, codec.name);
  }

  /** A message by its whole name; its file is imported. */
  #reference(codec: AnyMessage, name: string): string {
    // A table that has no home is the twin of one in this file: another view of the same message.
    const other = this.#file.messages.has(name) ? undefined : this.#home.get(codec.fields);
    if (other === undefined || other === this.#file) return `.${this.#file.package}.${name}`;
    this.#imports.add(other.name);
    return `.${other.package}.${name}`;
  }

  #services(): ServiceDescriptor[] {
    const services = new Map<string, ServiceDescriptor>();
    for (const { path, request, response, streamsRequests, streamsResponses } of this.#file.methods) {
      const { service: name, method } = splitPath(path);
      let service = services.get(name);
      if (service === undefined) services.set(name, (service = { name, methods: [] }));
      service.methods.push({
        name: method,
        inputType: this.#reference(request, messageName(request, path)),
        outputType: this.#reference(response, messageName(response, path)),
        clientStreaming: streamsRequests,
        serverStreaming: streamsResponses,
      });
    }
    return [...services.values()];
  }
}
