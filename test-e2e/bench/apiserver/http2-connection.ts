import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { HeaderEncoder, type HeaderField } from './header-encoder.ts';

/** What is asked; header names in lower case. */
export interface ClientRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  path: string;
  headers: readonly HeaderField[];
  body?: Buffer;
}

/** A response body, in the pieces in which it came. */
export interface Body {
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
}

/**
 * A client of HTTP/2 over TLS that costs next to nothing, so that what is measured is the server: on a
 * machine of two cores a usual client needs as much of them as the server does. It does not read the headers
 * of responses; who asks sees in the body whether it is what was asked for.
 */
export class Http2Connection {
  readonly #socket: TLSSocket;
  readonly #headers: HeaderEncoder;
  readonly #streams = new Map<number, Stream>();
  #nextStream = 1;
  /** What the server allows us to send, on the connection. */
  #window = 65_535;
  #unsent: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #received = 0;
  #output: Buffer[] = [];
  #closed = false;

  private constructor(socket: TLSSocket, authority: string) {
    this.#socket = socket;
    this.#headers = new HeaderEncoder(authority);
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('close', () => this.#failAll(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#failAll(error));
    // INITIAL_WINDOW_SIZE and the connection's window: as large as they can be.
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0);
    settings.writeUInt32BE(largestWindow, 2);
    this.#write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    this.#write(frame({ type: frameType.settings, flags: 0, stream: 0 }, settings));
    this.#widen(largestWindow - 65_535);
  }

  /** The server's certificate is not looked at. */
  static async open(port: number): Promise<Http2Connection> {
    const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    if (socket.alpnProtocol !== 'h2') throw new Error('the server does not speak HTTP/2');
    return new Http2Connection(socket, `127.0.0.1:${port}`);
  }

  /** Resolves when the whole body is there, of whatever status code. */
  request(request: ClientRequest): Promise<Body> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      this.stream(request, {
        data: (chunk) => {
          chunks.push(chunk);
          bytes += chunk.length;
        },
        end: (error) => {
          if (error === undefined) resolve({ chunks, bytes });
          else reject(error);
        },
      });
    });
  }

  /** Hands on each piece of the body as it comes. */
  stream({ method, path, headers, body }: ClientRequest, handlers: Stream): void {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#streams.set(stream, handlers);
    const end = body === undefined ? flag.endStream : 0;
    const fields = this.#headers.encode(method, path, headers);
    this.#write(frame({ type: frameType.headers, flags: flag.endHeaders | end, stream }, fields));
    if (body === undefined) return;
    const framed = frame({ type: frameType.data, flags: flag.endStream, stream }, body);
    if (this.#unsent.length > 0 || this.#window < body.length) this.#unsent.push(framed);
    else {
      this.#window -= body.length;
      this.#write(framed);
    }
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  /** All that is written in one tick leaves in one system call. */
  #write(bytes: Buffer): void {
    if (this.#output.push(bytes) > 1) return;
    setImmediate(() => {
      const output = this.#output;
      this.#output = [];
      if (!this.#closed) this.#socket.write(output.length === 1 ? bytes : Buffer.concat(output));
    });
  }

  #widen(bytes: number): void {
    const increment = Buffer.alloc(4);
    increment.writeUInt32BE(bytes);
    this.#write(frame({ type: frameType.windowUpdate, flags: 0, stream: 0 }, increment));
  }

  #read(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (all.length - at >= frameHeadBytes) {
      const length = all.readUIntBE(at, 3);
      if (all.length - at - frameHeadBytes < length) break;
      const head = {
        type: all[at + 3] as number,
        flags: all[at + 4] as number,
        stream: all.readUInt32BE(at + 5),
      };
      at += frameHeadBytes;
      this.#frame(head, all.subarray(at, at + length));
      at += length;
    }
    this.#rest = all.subarray(at);
  }

  #frame({ type, flags, stream }: FrameHead, payload: Buffer): void {
    if (type === frameType.data) {
      this.#countReceived(payload.length);
      if (payload.length > 0) this.#streams.get(stream)?.data(payload);
    } else if (type === frameType.settings && (flags & flag.ack) === 0) {
      this.#write(frame({ type, flags: flag.ack, stream: 0 }, Buffer.alloc(0)));
    } else if (type === frameType.ping && (flags & flag.ack) === 0) {
      this.#write(frame({ type, flags: flag.ack, stream: 0 }, payload));
    } else if (type === frameType.windowUpdate && stream === 0) {
      this.#window += payload.readUInt32BE(0);
      this.#sendUnsent();
    } else if (type === frameType.reset) {
      this.#end(stream, new Error(`the server reset the stream: code ${payload.readUInt32BE(0)}`));
    } else if (type === frameType.goAway) this.#failAll(new Error('the server goes away'));
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

  #sendUnsent(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      const bytes = next.length - frameHeadBytes;
      if (bytes > this.#window) return;
      this.#window -= bytes;
      this.#write(next);
      this.#unsent.shift();
    }
  }

  #end(id: number, error: Error | undefined): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.end(error);
  }

  #failAll(error: Error): void {
    if (this.#closed) return;
    for (const id of this.#streams.keys()) this.#end(id, error);
  }
}

interface Stream {
  data: (bytes: Buffer) => void;
  end: (error: Error | undefined) => void;
}

interface FrameHead {
  type: number;
  flags: number;
  stream: number;
}

const largestWindow = 0x7fffffff;
const frameHeadBytes = 9;
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
  const out = Buffer.allocUnsafe(frameHeadBytes + payload.length);
  out.writeUIntBE(payload.length, 0, 3);
  out[3] = type;
  out[4] = flags;
  out.writeUInt32BE(stream, 5);
  out.set(payload, frameHeadBytes);
  return out;
}
