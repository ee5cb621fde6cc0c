import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { sendGoAway } from './send-goaway.ts';

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
/** Frames that answer a frame of the client, with their header of nine bytes. */
const pingAckBytes = 17;
const settingsAckBytes = 9;

/**
 * Ends a connection whose client pings too often, as grpc-go does (grpc-go: `http2_server.go`, handlePing):
 * with GOAWAY ENHANCE_YOUR_CALM and `too_many_pings`, from which clients learn to ping less.
 *
 * Every HEADERS or DATA frame that has left since the last ping forgives all strikes. It must be frames, not
 * messages: a Go client pings while a message arrives, to measure the line, once for each round trip. Node
 * does not tell of frames that leave, but the socket counts bytes. Of those the acknowledgements of pings and
 * settings are no answers, and without a stream there are no others. What is still counted with them are
 * WINDOW_UPDATE frames, one for some MiB that the client sends, and this server's own pings.
 */
export function enforcePingPolicy(
  session: ServerHttp2Session,
  connection: Duplex,
  { minTimeMs, now = () => performance.now() }: PingPolicyOptions,
): void {
  let openStreams = 0;
  /** Whether a stream was open since the last ping. */
  let hadStream = false;
  /** Bytes of acknowledgements that were sent, or will be shortly. */
  let ackBytes = 0;
  /** The most bytes of answers that were ever seen to have left. */
  let answerBytes = 0;
  let strikes = 0;
  let lastPingAt = Number.NEGATIVE_INFINITY;

  function onClose(this: ServerHttp2Stream): void {
    openStreams--;
  }
  session.on('stream', (stream) => {
    openStreams++;
    hadStream = true;
    stream.on('close', onClose);
  });
  session.on('remoteSettings', () => {
    ackBytes += settingsAckBytes;
  });

  /** Whether an answer, or a part of one, has left since it was asked last. */
  function hasAnswered(): boolean {
    const bytes = bytesWritten(connection) - ackBytes;
    const isMore = bytes > answerBytes;
    answerBytes = Math.max(bytes, answerBytes);
    const isAnswer = isMore && hadStream;
    hadStream = openStreams > 0;
    return isAnswer;
  }

  session.on('ping', () => {
    const at = now();
    const isEarly = at - lastPingAt < (openStreams === 0 ? idleMinTimeMs : minTimeMs);
    lastPingAt = at;
    const isForgiven = hasAnswered();
    ackBytes += pingAckBytes;
    if (isForgiven) {
      strikes = 0;
      return;
    }
    if (!isEarly || ++strikes <= maxStrikes || session.destroyed) return;
    sendGoAway(session, connection, 'too_many_pings');
  });
}

/** Bytes that were handed to the system. */
function bytesWritten(connection: Duplex): number {
  return (connection as Duplex & { readonly bytesWritten?: number }).bytesWritten ?? 0;
}
