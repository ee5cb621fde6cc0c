import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createHttp2Server,
} from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { replaceAuthority } from './hpack-authority.ts';
import { splitProtocols } from './protocol-split.ts';

describe('the first request of a plain-text connection', () => {
  const http2 = createHttp2Server();
  const port = createServer((connection) => {
    connection.on('error', () => undefined);
    splitProtocols(connection, {
      http1: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
      http2: (socket) => void http2.emit('connection', socket),
    });
  });
  let url: string;
  const sockets = new Set<Socket>();

  before(async () => {
    http2.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.end(String(headers[':authority']));
    });
    http2.on('sessionError', () => undefined);
    port.on('connection', (socket) => sockets.add(socket));
    port.listen(0, '127.0.0.1');
    await once(port, 'listening');
    url = `http://127.0.0.1:${(port.address() as { port: number }).port}`;
  });

  after(() => {
    for (const socket of sockets) socket.destroy();
    port.close();
  });

  const ask = async (session: ClientHttp2Session, authority: string): Promise<string> => {
    const stream = session.request({ ':path': '/', ':authority': authority });
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await once(stream, 'end');
    return text;
  };

  test('may name a URL as its authority, and so may the later ones', async () => {
    const session = connectHttp2(url);
    assert.equal(await ask(session, 'http://127.0.0.1:2379'), '127.0.0.1:2379');
    assert.equal(await ask(session, 'http://127.0.0.1:2379'), '127.0.0.1:2379');
    session.close();
  });

  test('stays as it is otherwise', async () => {
    const session = connectHttp2(url);
    assert.equal(await ask(session, 'localhost:2379'), 'localhost:2379');
    assert.equal(await ask(session, 'other.example'), 'other.example');
    session.close();
  });

  test('may come late', async () => {
    const session = connectHttp2(url);
    await once(session, 'localSettings');
    session.ping(() => undefined);
    assert.equal(await ask(session, 'localhost'), 'localhost');
    session.close();
  });

  test('may be HTTP/1.1', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200/);
    socket.destroy();
  });
});

describe('the authority in a header block', () => {
  const upper = (text: string): string => text.toUpperCase();

  test('is found behind fields of every form', () => {
    // RFC 7541, C.4.1: GET http://www.example.com/ with Huffman codes.
    const huffman = Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex');
    assert.equal(
      replaceAuthority(huffman, upper)?.toString('hex'),
      `828684410f${Buffer.from('WWW.EXAMPLE.COM').toString('hex')}`,
    );
    // C.3.1: the same in plain text.
    const plain = Buffer.from('828684410f7777772e6578616d706c652e636f6d', 'hex');
    assert.equal(
      replaceAuthority(plain, upper)?.toString('hex'),
      `828684410f${Buffer.from('WWW.EXAMPLE.COM').toString('hex')}`,
    );
    // A change of the table's size, a literal with a name, then the authority.
    const behind = Buffer.concat([
      Buffer.from('3f', 'hex'),
      Buffer.from('e11f', 'hex'),
      Buffer.from('0001610162', 'hex'),
      plain,
    ]);
    assert.equal(replaceAuthority(behind, upper)?.subarray(-15).toString(), 'WWW.EXAMPLE.COM');
  });

  test('is left alone where it is right, missing or not to be understood', () => {
    const plain = Buffer.from('828684410f7777772e6578616d706c652e636f6d', 'hex');
    assert.equal(
      replaceAuthority(plain, (text) => text),
      undefined,
    );
    assert.equal(replaceAuthority(Buffer.from('828684', 'hex'), upper), undefined);
    for (let length = 0; length < plain.length; length++) replaceAuthority(plain.subarray(0, length), upper);
    let seed = 1;
    for (let round = 0; round < 2_000; round++) {
      const bytes = Buffer.from(
        Array.from({ length: round % 40 }, () => (seed = (seed * 16807) % 2147483647) & 0xff),
      );
      replaceAuthority(bytes, upper);
    }
  });
});
