import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';

// As client-go: on an HTTP/2 connection without traffic for 30 s a ping is sent, which has 15 s to be
// answered.
const pingAfterMs = 30_000;
const pingTimeoutMs = 15_000;
const windowBytes = 8 * 1024 * 1024;

/** Opens an HTTP/2 session over TLS; resolves to undefined where the server offers HTTP/1.1 only. */
export async function openHttp2(
  server: URL,
  tlsOptions: tls.ConnectionOptions,
): Promise<http2.ClientHttp2Session | undefined> {
  const socket = await openTls(server, tlsOptions);
  socket.setNoDelay(true);
  if (socket.alpnProtocol === 'h2') return openSession(server, socket);
  socket.destroy();
  return undefined;
}

function openTls(server: URL, tlsOptions: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const host = server.hostname.replace(/^\[|\]$/g, '');
    const socket = tls.connect({
      host,
      port: server.port === '' ? 443 : Number(server.port),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(net.isIP(host) ? {} : { servername: host }),
      ...tlsOptions,
    });
    // They stay after the handshake: an error of a socket without a listener would end the process.
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`connection to ${server.host} was closed`)));
    socket.once('secureConnect', () => resolve(socket));
  });
}

function openSession(server: URL, socket: tls.TLSSocket): Promise<http2.ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(server.origin, {
      createConnection: () => socket,
      settings: { initialWindowSize: windowBytes, enablePush: false },
    });
    session.on('error', (error) => {
      session.destroy();
      reject(error);
    });
    session.once('close', () => reject(new Error(`connection to ${server.host} was closed`)));
    session.once('connect', () => {
      session.setLocalWindowSize(windowBytes * 4);
      resolve(session);
    });
    session.unref();
    pingWhileIdle(session);
  });
}

/** Ends the session when the server answers no ping in time. */
function pingWhileIdle(session: http2.ClientHttp2Session): void {
  const timer = setInterval(() => {
    const timeout = setTimeout(() => session.destroy(new Error('the server is silent')), pingTimeoutMs);
    const isSent = !session.destroyed && session.ping(() => clearTimeout(timeout));
    if (!isSent) clearTimeout(timeout);
  }, pingAfterMs);
  timer.unref();
  session.once('close', () => clearInterval(timer));
}
