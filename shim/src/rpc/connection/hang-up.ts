import { constants, type ServerHttp2Session } from 'node:http2';
import { type Duplex, finished } from 'node:stream';

/** Those whose end has begun: what they still send may ask for it again. */
const leaving = new WeakSet<Duplex>();
/** A client that does not read its GOAWAY is disconnected without it. */
const farewellMs = 1000;

/**
 * Tells a client that it asks too much of this server, by GOAWAY ENHANCE_YOUR_CALM and a word, and ends its
 * connection once everything that was written to it has left. Not by `session.destroy()`: that would first
 * tell the client, by RST_STREAM NO_ERROR, that its unfinished answers are complete.
 */
export function hangUp(session: ServerHttp2Session, connection: Duplex, why: string): void {
  if (session.destroyed || leaving.has(connection)) return;
  leaving.add(connection);
  const { lastProcStreamID = 0 } = session.state;
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, lastProcStreamID, Buffer.from(why));
  // The word is handed to the socket in this turn of the event loop or in the next one.
  setImmediate(() => setImmediate(() => endAfterwards(connection)));
}

function endAfterwards(connection: Duplex): void {
  if (connection.destroyed) return;
  const end = (): void => void connection.destroy();
  const tooLate = setTimeout(end, farewellMs).unref();
  finished(connection, { readable: false }, () => {
    clearTimeout(tooLate);
    end();
  });
  connection.end();
}
