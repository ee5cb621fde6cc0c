import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { type EtcdError, type GrpcCode, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { type Codec, PreparedMessage } from '../../etcdserverpb/codec/codec.ts';
import type { MethodCounts } from '../monitoring/call-counts.ts';
import type { HeldMemory, Holder } from '../connection/held-memory.ts';

type StreamCall<Q, R> = ServerDuplexStream<Q, R> | ServerWritableStream<Q, R>;

/** A client that has not read so much of its stream is not sent more; the last response may go beyond. */
const maxQueuedBytes = 512 * 1024;

export interface OpenStreamOptions<Q, R, Call extends StreamCall<Q, R>> {
  call: Call;
  counts: MethodCounts;
  /** Of the responses. */
  codec: Codec<R>;
  held: HeldMemory;
}

/** One stream and its end, which comes once: the client's cancel, the server's error, or a good end. */
export class OpenStream<Q = unknown, R = unknown, Call extends StreamCall<Q, R> = ServerDuplexStream<Q, R>> {
  readonly call: Call;
  readonly #counts: MethodCounts;
  readonly #codec: Codec<R>;
  readonly #holder: Holder | undefined;
  readonly #onEnd: (() => void)[] = [];
  readonly #onDrain: (() => void)[] = [];
  readonly #start = performance.now();
  /** Of responses that have not left. */
  #queuedBytes = 0;
  #isFull = false;
  #isOver = false;

  constructor({ call, counts, codec, held }: OpenStreamOptions<Q, R, Call>) {
    this.call = call;
    this.#counts = counts;
    this.#codec = codec;
    this.#holder = held.holderOf(call);
    counts.started++;
    call.on('cancelled', () => this.#over(grpcCode.CANCELLED));
    call.on('error', () => this.#over(grpcCode.UNKNOWN));
    call.on('close', () => this.#over(grpcCode.CANCELLED));
  }

  /** Whether the client should first read what it has been sent. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  /** Called each time that the client has read everything after the stream was full. */
  onDrain(callback: () => void): void {
    this.#onDrain.push(callback);
  }

  /** False when the client should first read what it has been sent: `onDrain` tells when it has. */
  write(response: R): boolean {
    if (this.#isOver) return false;
    this.#counts.sent++;
    const message = new PreparedMessage(this.#codec, response);
    const bytes = message.byteLength;
    this.#queuedBytes += bytes;
    const isWritable = this.call.write(message as R, () => this.#left(bytes));
    if (!isWritable || this.#queuedBytes > maxQueuedBytes) this.#isFull = true;
    this.#holder?.add(bytes);
    return !this.#isFull;
  }

  #left(bytes: number): void {
    if (this.#isOver) return;
    this.#queuedBytes -= bytes;
    this.#holder?.add(-bytes);
    if (!this.#isFull || this.#queuedBytes > 0) return;
    this.#isFull = false;
    for (const callback of this.#onDrain) callback();
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
    this.#holder?.add(-this.#queuedBytes);
    this.#counts.end(code, performance.now() - this.#start);
    for (const callback of this.#onEnd) callback();
  }
}
