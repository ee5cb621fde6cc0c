import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

export interface PingPolicyOptions {
  /** etcd's --grpc-keepalive-min-time, as long as a stream is open. */
  minTimeMs: number;
  /** The time in milliseconds. */
  now?: () => number;
}

/** So many pings too early are forgiven. */
const maxStrikes = 2;
/** What a client without streams must wait. */
const idleMinTimeMs = 2 * 3_600_000;

/**
 * Ends a connection whose client pings too often, as grpc-go does (grpc-go: `http2_server.go`, handlePing): with GOAWAY
 * ENHANCE_YOUR_CALM and `too_many_pings`, from which clients learn to ping less. Whatever is sent to the client forgives
 * all strikes.
 */
export function enforcePingPolicy(session: ServerHttp2Session, options: PingPolicyOptions): void {
  const { minTimeMs, now = () => performance.now() } = options;
  const open = new Set<ServerHttp2Stream>();
  const answered = new WeakSet<ServerHttp2Stream>();
  let strikes = 0;
  let lastPingAt = Number.NEGATIVE_INFINITY;
  /** Whether data has left, or a stream has ended, since it was asked last. */
  let hasAnswered = false;

  function onClose(this: ServerHttp2Stream): void {
    open.delete(this);
    // It was not closed without an answer, unless the client took it back.
    hasAnswered = true;
  }
  session.on('stream', (stream) => {
    open.add(stream);
    stream.on('close', onClose);
    // Windows would not tell: a Go client makes room for what it has got again, and pings after that to measure the line.
    const write = stream.write;
    stream.write = function (this: ServerHttp2Stream, ...args: unknown[]): boolean {
      hasAnswered = true;
      return write.apply(this, args as Parameters<typeof write>);
    };
  });

  /** Whether headers or data have left since it was asked last. */
  function hasSent(): boolean {
    let sent = hasAnswered;
    hasAnswered = false;
    for (const stream of open) {
      if (!stream.headersSent || answered.has(stream)) continue;
      answered.add(stream);
      sent = true;
    }
    return sent;
  }

  session.on('ping', () => {
    const at = now();
    const isEarly = at - lastPingAt < (open.size === 0 ? idleMinTimeMs : minTimeMs);
    lastPingAt = at;
    if (hasSent()) {
      strikes = 0;
      return;
    }
    if (!isEarly || ++strikes <= maxStrikes || session.destroyed) return;
    session.goaway(
      constants.NGHTTP2_ENHANCE_YOUR_CALM,
      session.state.lastProcStreamID,
      Buffer.from('too_many_pings'),
    );
    // The word must be out before the connection ends.
    setImmediate(() => session.destroy());
  });
}
