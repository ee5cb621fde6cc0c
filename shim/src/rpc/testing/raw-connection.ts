import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How an HTTP/2 connection begins (RFC 9113, section 3.4). */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Types of frames (RFC 9113, section 6). */
export const frameType = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

const flag = { ack: 1, endStream: 1, endHeaders: 4 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The bytes of a frame. */
export function encodeFrame({ type, flags, stream, payload }: Frame): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A header block without compression (RFC 7541, section 6.2.2). */
function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes]);
    const rest = bytes.length - 127;
    const length =
      rest < 128
        ? Buffer.of(127, rest)
        : rest < 1 << 14
          ? Buffer.of(127, (rest & 127) | 128, rest >> 7)
          : Buffer.of(127, (rest & 127) | 128, ((rest >> 7) & 127) | 128, rest >> 14);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]),
  );
}

interface RawConnectionEvents {
  frame: [Frame];
  close: [];
}

/**
 * One HTTP/2 connection whose frames are made and read by the test: for clients that no library plays. It
 * answers the server's SETTINGS, and nothing else.
 */
export class RawConnection extends EventEmitter<RawConnectionEvents> {
  readonly socket: Socket;
  /** Of the GOAWAY that the server has sent. */
  goaway: { code: number; text: string } | undefined;
  isClosed = false;
  #bytes: Buffer = Buffer.of();
  #nextStream = 1;

  /** `initialWindowBytes`: what the server may send on a stream before it is given more. */
  static async open(url: string, initialWindowBytes = 65_535): Promise<RawConnection> {
    const socket = await RawConnection.connect(url);
    const connection = new RawConnection(socket);
    const window = Buffer.alloc(6);
    window.writeUInt16BE(4, 0);
    window.writeUInt32BE(initialWindowBytes, 2);
    socket.write(preface);
    connection.send({ type: frameType.settings, flags: 0, stream: 0, payload: window });
    return connection;
  }

  /** A connection on which nothing was said yet. */
  static async connect(url: string): Promise<Socket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    return socket;
  }

  private constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.emit('close');
    });
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  send(frame: Frame): boolean {
    return this.socket.write(encodeFrame(frame));
  }

  ping(): void {
    this.send({ type: frameType.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) });
  }

  /** Gives the server so much more room, on a stream or (0) on the connection. */
  makeRoom(stream: number, bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(bytes);
    this.send({ type: frameType.windowUpdate, flags: 0, stream, payload });
  }

  /** Begins a gRPC call, with these bytes as its only message unless there are none; returns the stream. */
  request(path: string, message?: Uint8Array): number {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    const headers = encodeHeaders({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ':authority': 'localhost',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    this.send({ type: frameType.headers, flags: flag.endHeaders, stream, payload: headers });
    if (message !== undefined) this.sendMessage(stream, message, true);
    return stream;
  }

  /** One gRPC message; `isLast`: nothing follows. */
  sendMessage(stream: number, message: Uint8Array, isLast = false): void {
    const payload = Buffer.alloc(5 + message.length);
    payload.writeUInt32BE(message.length, 1);
    payload.set(message, 5);
    this.send({ type: frameType.data, flags: isLast ? flag.endStream : 0, stream, payload });
  }

  /** Resolves with the first frame that fits; rejects when the connection ends before. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const onFrame = (frame: Frame): void => {
        if (!fits(frame)) return;
        settle();
        resolve(frame);
      };
      const onClose = (): void => {
        settle();
        reject(new Error(`the server has ended the connection: ${JSON.stringify(this.goaway)}`));
      };
      const settle = (): void => {
        this.off('frame', onFrame);
        this.off('close', onClose);
      };
      this.on('frame', onFrame);
      this.on('close', onClose);
      if (this.isClosed) onClose();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const length = this.#bytes.length < 9 ? Infinity : this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < 9 + length) return;
      const frame: Frame = {
        type: this.#bytes.readUInt8(3),
        flags: this.#bytes.readUInt8(4),
        stream: this.#bytes.readUInt32BE(5),
        payload: this.#bytes.subarray(9, 9 + length),
      };
      this.#bytes = this.#bytes.subarray(9 + length);
      if (frame.type === frameType.settings && (frame.flags & flag.ack) === 0) {
        this.send({ type: frameType.settings, flags: flag.ack, stream: 0, payload: Buffer.of() });
      }
      if (frame.type === frameType.goaway) {
        this.goaway ??= { code: frame.payload.readUInt32BE(4), text: String(frame.payload.subarray(8)) };
      }
      this.emit('frame', frame);
    }
  }
}

/** Whether the frame is the last one of its stream. */
export function endsStream({ type, flags }: Frame): boolean {
  if (type === frameType.resetStream) return true;
  return (type === frameType.data || type === frameType.headers) && (flags & flag.endStream) !== 0;
}

/** Whether it acknowledges a ping. */
export function isPong({ type, flags }: Frame): boolean {
  return type === frameType.ping && (flags & flag.ack) !== 0;
}
