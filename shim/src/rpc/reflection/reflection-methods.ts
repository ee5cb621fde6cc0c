import { defineReflection } from '../../etcdserverpb/messages/reflection-messages.ts';
import { bidirectional, type MethodTable } from '../methods/method.ts';

/**
 * gRPC's reflection service (grpc: `reflection/v1/reflection.proto`). It is open to unauthenticated clients.
 */
export const reflectionMethods = {
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': bidirectional(defineReflection()),
  // Older clients only ask for the service under this name.
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': bidirectional(defineReflection()),
} as const satisfies MethodTable;
