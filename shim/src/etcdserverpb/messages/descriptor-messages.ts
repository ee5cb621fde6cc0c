import {
  bool,
  type Codec,
  defineMessage,
  enumeration,
  inOneof,
  int32,
  message,
  repeated,
  string,
} from '../codec/codec.ts';

/** A .proto file as data, as far as etcd's files need it (protobuf: `google/protobuf/descriptor.proto`). */
export interface FileDescriptor {
  name: string;
  package: string;
  dependencies: string[];
  messages: MessageDescriptor[];
  enums: EnumDescriptor[];
  services: ServiceDescriptor[];
  options: { goPackage: string };
  /** `proto3` */
  syntax: string;
}

export interface MessageDescriptor {
  name: string;
  fields: FieldDescriptor[];
  nested: MessageDescriptor[];
  enums: EnumDescriptor[];
  options?: { mapEntry: boolean } | undefined;
  oneofs: { name: string }[];
}

export interface FieldDescriptor {
  name: string;
  number: number;
  label: (typeof labels)[number];
  type: ProtoType;
  /** With a dot before the package. */
  typeName: string;
  /** Which of the message's oneofs it is in. */
  oneofIndex?: number;
  jsonName: string;
}

export interface EnumDescriptor {
  name: string;
  values: { name: string; number: number }[];
}

export interface ServiceDescriptor {
  name: string;
  methods: MethodDescriptor[];
}

export interface MethodDescriptor {
  name: string;
  inputType: string;
  outputType: string;
  clientStreaming: boolean;
  serverStreaming: boolean;
}

const labels = ['NONE', 'LABEL_OPTIONAL', 'LABEL_REQUIRED', 'LABEL_REPEATED'] as const;

const types = [
  'NONE',
  'TYPE_DOUBLE',
  'TYPE_FLOAT',
  'TYPE_INT64',
  'TYPE_UINT64',
  'TYPE_INT32',
  'TYPE_FIXED64',
  'TYPE_FIXED32',
  'TYPE_BOOL',
  'TYPE_STRING',
  'TYPE_GROUP',
  'TYPE_MESSAGE',
  'TYPE_BYTES',
  'TYPE_UINT32',
  'TYPE_ENUM',
] as const;
export type ProtoType = (typeof types)[number];

const fieldDescriptor = defineMessage<FieldDescriptor>('FieldDescriptorProto', {
  name: string(1),
  number: int32(3),
  label: enumeration(4, { name: 'FieldDescriptorProto.Label', values: labels }),
  type: enumeration(5, { name: 'FieldDescriptorProto.Type', values: types }),
  typeName: string(6),
  // Proto2 tells 0 from nothing.
  oneofIndex: inOneof('presence', int32(9)),
  jsonName: string(10),
});

const enumValueDescriptor = defineMessage<EnumDescriptor['values'][number]>('EnumValueDescriptorProto', {
  name: string(1),
  number: inOneof('presence', int32(2)),
});

const enumDescriptor = defineMessage<EnumDescriptor>('EnumDescriptorProto', {
  name: string(1),
  values: repeated(message(2, () => enumValueDescriptor)),
});

const oneofDescriptor = defineMessage<{ name: string }>('OneofDescriptorProto', { name: string(1) });

const messageOptions = defineMessage<{ mapEntry: boolean }>('MessageOptions', { mapEntry: bool(7) });

const messageDescriptor: Codec<MessageDescriptor> = defineMessage<MessageDescriptor>('DescriptorProto', {
  name: string(1),
  fields: repeated(message(2, () => fieldDescriptor)),
  nested: repeated(message(3, () => messageDescriptor)),
  enums: repeated(message(4, () => enumDescriptor)),
  options: message(7, () => messageOptions),
  oneofs: repeated(message(8, () => oneofDescriptor)),
});

const methodDescriptor = defineMessage<MethodDescriptor>('MethodDescriptorProto', {
  name: string(1),
  inputType: string(2),
  outputType: string(3),
  clientStreaming: bool(5),
  serverStreaming: bool(6),
});

const serviceDescriptor = defineMessage<ServiceDescriptor>('ServiceDescriptorProto', {
  name: string(1),
  methods: repeated(message(2, () => methodDescriptor)),
});

const fileOptions = defineMessage<{ goPackage: string }>('FileOptions', { goPackage: string(11) });

export const fileDescriptor = defineMessage<FileDescriptor>('FileDescriptorProto', {
  name: string(1),
  package: string(2),
  dependencies: repeated(string(3)),
  messages: repeated(message(4, () => messageDescriptor)),
  enums: repeated(message(5, () => enumDescriptor)),
  services: repeated(message(6, () => serviceDescriptor)),
  options: message(8, () => fileOptions),
  syntax: string(12),
});
