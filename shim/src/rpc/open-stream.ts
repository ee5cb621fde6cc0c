import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { type EtcdError, type GrpcCode, grpcCode } from '../client/etcd-error.ts';
import type { MethodCounts } from './call-counts.ts';

type StreamCall<Q, R> = ServerDuplexStream<Q, R> | ServerWritableStream<Q, R>;

/** One stream and its end, which comes once: the client's cancel, the server's error, or a good end. */
export class OpenStream<Q = unknown, R = unknown, Call extends StreamCall<Q, R> = ServerDuplexStream<Q, R>> {
  readonly call: Call;
  readonly #counts: MethodCounts;
  readonly #onEnd: (() => void)[] = [];
  readonly #start = performance.now();
  #isOver = false;

  constructor(call: Call, counts: MethodCounts) {
    this.call = call;
    this.#counts = counts;
    counts.started++;
    call.on('cancelled', () => this.#over(grpcCode.CANCELLED));
    call.on('error', () => this.#over(grpcCode.UNKNOWN));
    call.on('close', () => this.#over(grpcCode.CANCELLED));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  /** False when the client should first read what it has been sent. */
  write(response: R): boolean {
    if (this.#isOver) return false;
    this.#counts.sent++;
    return this.call.write(response);
  }

  end(): void {
    if (this.#isOver) return;
    this.#over(grpcCode.OK);
    this.call.end();
  }

  fail(code: GrpcCode, details: string): void {
    if (this.#isOver) return;
    this.#over(code);
    this.call.emit('error', { code, details });
  }

  failWith({ code, message }: EtcdError): void {
    this.fail(code, message);
  }

  #over(code: GrpcCode): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#counts.end(code, performance.now() - this.#start);
    for (const callback of this.#onEnd) callback();
  }
}
