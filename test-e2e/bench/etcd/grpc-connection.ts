import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A gRPC client that costs next to nothing, so that what is measured is the server: on a machine of two cores
 * a usual client needs more of them than the server does. One connection calls one method; header fields are
 * sent once and referred to afterwards (RFC 7541), as every gRPC client does. It fails on anything that is
 * not a good answer.
 */
export class GrpcConnection {
  readonly #socket: Socket;
  readonly #firstHeaders: Buffer;
  readonly #laterHeaders: Buffer;
  readonly #streams = new Map<number, Stream>();
  #nextStream = 1;
  /** What the server allows us to send, on the connection. */
  #window = 65_535;
  #unsent: Buffer[] = [];
  #buffered: Buffer = Buffer.alloc(0);
  #received = 0;
  #output: Buffer[] = [];
  #closed = false;

  private constructor(socket: Socket, path: string) {
    this.#socket = socket;
    const fields = [
      [':path', path],
      [':authority', 'localhost'],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ] as const;
    // :method POST and :scheme http of the static table, then literals that enter the dynamic table.
    const literals = fields.map(([name, value]) =>
      Buffer.concat([
        Buffer.of(0x40, name.length),
        Buffer.from(name),
        Buffer.of(value.length),
        Buffer.from(value),
      ]),
    );
    this.#firstHeaders = Buffer.concat([Buffer.of(0x83, 0x86), ...literals]);
    this.#laterHeaders = Buffer.of(0x83, 0x86, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62);
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('close', () => this.#failAll(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#failAll(error));
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    // INITIAL_WINDOW_SIZE and the connection's window: as large as they can be.
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0);
    settings.writeUInt32BE(0x7fffffff, 2);
    socket.write(frame({ type: frameType.settings, flags: 0, stream: 0 }, settings));
    this.#widen(0x7fffffff - 65_535);
  }

  static async open(url: string, path: string): Promise<GrpcConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new GrpcConnection(socket, path);
  }

  /** One unary call: the bytes of the request, and of the answer. */
  call(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let answer: Buffer | undefined;
      this.#start(request, true, {
        message: (bytes) => {
          answer = Buffer.from(bytes);
        },
        end: (error) => {
          if (answer !== undefined && error === undefined) resolve(answer);
          else reject(error ?? new Error('the server answered with an error'));
        },
      });
    });
  }

  /**
   * A stream with one request, which stays open; `onMessage` gets bytes that are valid only while it runs.
   */
  stream(request: Buffer, onMessage: (bytes: Buffer) => void, onEnd: (error: Error) => void): void {
    this.#start(request, false, {
      message: onMessage,
      end: (error) => onEnd(error ?? new Error('the server ended the stream')),
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #start(request: Buffer, last: boolean, handlers: Pick<Stream, 'message' | 'end'>): void {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#streams.set(stream, { ...handlers, parts: [], size: 0 });
    const headers = stream === 1 ? this.#firstHeaders : this.#laterHeaders;
    const head = Buffer.alloc(5);
    head.writeUInt32BE(request.length, 1);
    this.#write(frame({ type: frameType.headers, flags: flag.endHeaders, stream }, headers));
    const data = Buffer.concat([head, request]);
    const framed = frame({ type: frameType.data, flags: last ? flag.endStream : 0, stream }, data);
    if (this.#unsent.length > 0 || this.#window < data.length) this.#unsent.push(framed);
    else {
      this.#window -= data.length;
      this.#write(framed);
    }
  }

  /** All that is written in one tick leaves in one system call. */
  #write(bytes: Buffer): void {
    if (this.#output.push(bytes) > 1) return;
    setImmediate(() => {
      const output = this.#output;
      this.#output = [];
      if (!this.#closed) this.#socket.write(Buffer.concat(output));
    });
  }

  #widen(bytes: number): void {
    const increment = Buffer.alloc(4);
    increment.writeUInt32BE(bytes);
    this.#socket.write(frame({ type: frameType.windowUpdate, flags: 0, stream: 0 }, increment));
  }

  #read(bytes: Buffer): void {
    const all = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes]);
    let at = 0;
    while (all.length - at >= 9) {
      const length = all.readUIntBE(at, 3);
      if (all.length - at - 9 < length) break;
      const type = all[at + 3] as number;
      const flags = all[at + 4] as number;
      this.#frame({ type, flags, stream: all.readUInt32BE(at + 5) }, all.subarray(at + 9, at + 9 + length));
      at += 9 + length;
    }
    this.#buffered = all.subarray(at);
  }

  #frame(head: FrameHead, payload: Buffer): void {
    const { type, flags, stream } = head;
    if (type === frameType.data) {
      this.#countReceived(payload.length);
      this.#data(stream, payload);
    } else if (type === frameType.settings && (flags & flag.ack) === 0) {
      this.#write(frame({ type, flags: flag.ack, stream: 0 }, Buffer.alloc(0)));
    } else if (type === frameType.ping && (flags & flag.ack) === 0) {
      this.#write(frame({ type, flags: flag.ack, stream: 0 }, payload));
    } else if (type === frameType.windowUpdate && stream === 0) {
      this.#window += payload.readUInt32BE(0);
      this.#sendUnsent();
    } else if (type === frameType.reset) this.#end(stream, new Error('the server reset the stream'));
    else if (type === frameType.goAway) this.#failAll(new Error('the server goes away'));
    if ((type === frameType.data || type === frameType.headers) && (flags & flag.endStream) !== 0) {
      this.#end(stream, undefined);
    }
  }

  /** Only what data frames carry counts, and the window must not grow beyond what it was. */
  #countReceived(bytes: number): void {
    this.#received += bytes;
    if (this.#received <= 1 << 28) return;
    this.#widen(this.#received);
    this.#received = 0;
  }

  #data(id: number, payload: Buffer): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.parts.push(payload);
    stream.size += payload.length;
    if (stream.size < 5) return;
    let bytes = stream.parts.length === 1 ? payload : undefined;
    let at = 0;
    for (;;) {
      if (stream.size - at < 5) break;
      const head = bytes ?? (stream.parts[0] as Buffer);
      if (head.length - at < 5) bytes = Buffer.concat(stream.parts);
      const length = (bytes ?? head).readUInt32BE(at + 1);
      if (stream.size - at - 5 < length) break;
      bytes ??= Buffer.concat(stream.parts);
      stream.message(bytes.subarray(at + 5, at + 5 + length));
      at += 5 + length;
    }
    if (bytes === undefined) return;
    const rest = bytes.subarray(at);
    stream.parts = rest.length === 0 ? [] : [rest];
    stream.size = rest.length;
  }

  #end(id: number, error: Error | undefined): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.end(error);
  }

  #sendUnsent(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      if (next.length - 9 > this.#window) return;
      this.#window -= next.length - 9;
      this.#write(next);
      this.#unsent.shift();
    }
  }

  #failAll(error: Error): void {
    if (this.#closed) return;
    for (const id of this.#streams.keys()) this.#end(id, error);
  }
}

interface Stream {
  message: (bytes: Buffer) => void;
  end: (error: Error | undefined) => void;
  parts: Buffer[];
  size: number;
}

interface FrameHead {
  type: number;
  flags: number;
  stream: number;
}

const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;
const flag = { ack: 1, endStream: 1, endHeaders: 4 } as const;

/** RFC 9113, section 4.1. */
function frame({ type, flags, stream }: FrameHead, payload: Buffer): Buffer {
  const out = Buffer.allocUnsafe(9 + payload.length);
  out.writeUIntBE(payload.length, 0, 3);
  out[3] = type;
  out[4] = flags;
  out.writeUInt32BE(stream, 5);
  out.set(payload, 9);
  return out;
}
