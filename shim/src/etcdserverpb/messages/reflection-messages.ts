import {
  bytes,
  type Codec,
  defineMessage,
  inOneof,
  int32,
  message,
  repeated,
  string,
} from '../codec/codec.ts';

interface ExtensionRequest {
  containingType: string;
  extensionNumber: number;
}

/**
 * What a client asks of the descriptors; the first of these that is set (grpc:
 * `reflection/v1/reflection.proto`).
 */
export interface ReflectionRequest {
  /** For servers with several virtual hosts. */
  host: string;
  fileByFilename?: string;
  fileContainingSymbol?: string;
  fileContainingExtension?: ExtensionRequest;
  allExtensionNumbersOfType?: string;
  listServices?: string;
}

export interface ReflectionResponse {
  /** As the request said. */
  validHost: string;
  originalRequest: ReflectionRequest;
  fileDescriptorResponse?: { fileDescriptorProto: Uint8Array[] };
  allExtensionNumbersResponse?: { baseTypeName: string; extensionNumber: number[] };
  listServicesResponse?: { service: { name: string }[] };
  errorResponse?: { errorCode: number; errorMessage: string };
}

/** The messages of one version of the reflection service: v1 and v1alpha have the same in two packages. */
export function defineReflection(): {
  request: Codec<ReflectionRequest>;
  response: Codec<ReflectionResponse>;
} {
  const extension = defineMessage<ExtensionRequest>('ExtensionRequest', {
    containingType: string(1),
    extensionNumber: int32(2),
  });
  const request = defineMessage<ReflectionRequest>('ServerReflectionRequest', {
    host: string(1),
    fileByFilename: inOneof('message_request', string(3)),
    fileContainingSymbol: inOneof('message_request', string(4)),
    fileContainingExtension: inOneof(
      'message_request',
      message(5, () => extension),
    ),
    allExtensionNumbersOfType: inOneof('message_request', string(6)),
    listServices: inOneof('message_request', string(7)),
  });
  const files = defineMessage<{ fileDescriptorProto: Uint8Array[] }>('FileDescriptorResponse', {
    fileDescriptorProto: repeated(bytes(1)),
  });
  const numbers = defineMessage<{ baseTypeName: string; extensionNumber: number[] }>(
    'ExtensionNumberResponse',
    { baseTypeName: string(1), extensionNumber: repeated(int32(2)) },
  );
  const service = defineMessage<{ name: string }>('ServiceResponse', { name: string(1) });
  const services = defineMessage<{ service: { name: string }[] }>('ListServiceResponse', {
    service: repeated(message(1, () => service)),
  });
  const failure = defineMessage<{ errorCode: number; errorMessage: string }>('ErrorResponse', {
    errorCode: int32(1),
    errorMessage: string(2),
  });
  const response = defineMessage<ReflectionResponse>('ServerReflectionResponse', {
    validHost: string(1),
    originalRequest: message(2, () => request),
    fileDescriptorResponse: inOneof(
      'message_response',
      message(4, () => files),
    ),
    allExtensionNumbersResponse: inOneof(
      'message_response',
      message(5, () => numbers),
    ),
    listServicesResponse: inOneof(
      'message_response',
      message(6, () => services),
    ),
    errorResponse: inOneof(
      'message_response',
      message(7, () => failure),
    ),
  });
  return { request, response };
}
