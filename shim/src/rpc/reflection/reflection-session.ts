import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type {
  ReflectionRequest,
  ReflectionResponse,
} from '../../etcdserverpb/messages/reflection-messages.ts';
import type { DescribedFile, DescriptorPool } from './descriptor-pool.ts';

type Answer = Omit<ReflectionResponse, 'validHost' | 'originalRequest'>;

/** protobuf's own word for it, in Go. */
const notFound: Answer = {
  errorResponse: { errorCode: grpcCode.NOT_FOUND, errorMessage: 'proto: not found' },
};

/**
 * One stream of questions about the descriptors (grpc-go: `reflection`). No message of etcd has extensions.
 */
export class ReflectionSession {
  readonly #pool: DescriptorPool;
  /** A file that only comes along with others comes once a stream. */
  readonly #sent = new Set<string>();

  constructor(pool: DescriptorPool) {
    this.#pool = pool;
  }

  /** @throws EtcdError that ends the stream: the request asks for nothing. */
  answer(request: ReflectionRequest): ReflectionResponse {
    return { validHost: request.host, originalRequest: request, ...this.#answer(request) };
  }

  #answer(request: ReflectionRequest): Answer {
    const { fileByFilename, fileContainingSymbol, fileContainingExtension } = request;
    if (fileByFilename !== undefined) return this.#withDependencies(this.#pool.file(fileByFilename));
    if (fileContainingSymbol !== undefined) {
      return this.#withDependencies(this.#pool.fileContaining(fileContainingSymbol));
    }
    if (fileContainingExtension !== undefined) return notFound;
    const baseTypeName = request.allExtensionNumbersOfType;
    if (baseTypeName !== undefined) {
      if (this.#pool.fileContaining(baseTypeName) === undefined) return notFound;
      return { allExtensionNumbersResponse: { baseTypeName, extensionNumber: [] } };
    }
    if (request.listServices !== undefined) {
      return { listServicesResponse: { service: this.#pool.services.map((name) => ({ name })) } };
    }
    throw new EtcdError(grpcCode.INVALID_ARGUMENT, 'invalid MessageRequest: <nil>');
  }

  /** The file first, even if it was sent before; of what it imports, only what is new. */
  #withDependencies(file: DescribedFile | undefined): Answer {
    if (file === undefined) return notFound;
    const files: Uint8Array[] = [];
    const queue = [file];
    for (const next of queue) {
      if (files.length > 0 && this.#sent.has(next.name)) continue;
      this.#sent.add(next.name);
      files.push(next.bytes);
      for (const name of next.dependencies) {
        const dependency = this.#pool.file(name);
        if (dependency !== undefined) queue.push(dependency);
      }
    }
    return { fileDescriptorResponse: { fileDescriptorProto: files } };
  }
}
