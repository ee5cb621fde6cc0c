import { constants, type ServerHttp2Session } from 'node:http2';
import { type Duplex, finished } from 'node:stream';

/** Sessions that are being closed; what they still send may be another reason to close them. */
const leaving = new WeakSet<Duplex>();
/** A client that does not read its GOAWAY is disconnected after this long. */
const goAwayTimeoutMs = 1000;

/**
 * Sends GOAWAY ENHANCE_YOUR_CALM with a reason, and closes the connection once everything that was written to
 * it has been sent. Not by `session.destroy()`: that would first send RST_STREAM NO_ERROR, which says that
 * unfinished answers are complete.
 */
export function sendGoAway(session: ServerHttp2Session, connection: Duplex, why: string): void {
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
  const tooLate = setTimeout(end, goAwayTimeoutMs).unref();
  finished(connection, { readable: false }, () => {
    clearTimeout(tooLate);
    end();
  });
  connection.end();
}
