import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { test } from 'node:test';
import { createGrpcClient } from '../../client/grpc-client.ts';
import { createHeaderRefusal } from './refuse-headers.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const wellFormed = {
  ':method': 'POST',
  ':path': '/etcdserverpb.KV/Range',
  'content-type': 'application/grpc',
  te: 'trailers',
};

test('well-formed headers pass, whatever else there is', () => {
  const refuse = createHeaderRefusal(['/etcdserverpb.KV/Range']);
  for (const more of [
    {},
    { 'content-type': 'application/grpc+proto' },
    { 'grpc-timeout': '29999999u' },
    { 'grpc-encoding': 'gzip', 'grpc-accept-encoding': 'snappy' },
    { 'client-api-version': '3.6.14' },
  ]) {
    assert.equal(refuse({ ...wellFormed, ...more }), undefined);
  }
  assert.deepEqual(refuse({ ...wellFormed, ':path': '/etcdserverpb.KV/Put' }), {
    httpStatus: 200,
    code: 12,
    message: 'unknown method Put for service etcdserverpb.KV',
  });
});

test('a client that is refused and resets at once harms nobody', async (t) => {
  const shim = await startMemoryShim();
  const [url] = shim.clientUrls as [string];
  const session = connect(url);
  session.on('error', () => {});
  const client = createGrpcClient({ endpoints: [url] });
  t.after(async () => {
    session.destroy();
    client.close();
    await shim.close();
  });
  await once(session, 'connect');
  const codes = [
    constants.NGHTTP2_PROTOCOL_ERROR,
    constants.NGHTTP2_INTERNAL_ERROR,
    constants.NGHTTP2_CANCEL,
  ];
  const closed = codes.map((code) => {
    const stream = session.request({ ...wellFormed, 'content-type': 'text/plain' });
    stream.on('error', () => {});
    const end = new Promise((resolve) => stream.once('close', resolve));
    stream.write('half of something');
    stream.close(code);
    return end;
  });
  await Promise.all(closed);
  assert.equal((await client.range({ key: Buffer.from('k') })).count, 0);
});

test('a client that is refused gets the status before the reset, time and again', async (t) => {
  const shim = await startMemoryShim();
  const session = connect(shim.clientUrls[0] as string);
  t.after(async () => {
    session.destroy();
    await shim.close();
  });
  for (let tries = 0; tries < 20; tries++) {
    const stream = session.request({ ...wellFormed, ':path': '/etcdserverpb.KV/Nothing' });
    let status: unknown;
    stream.on('response', (headers) => (status = headers['grpc-status']));
    const closed = once(stream, 'close');
    stream.resume();
    // The request is never ended: the server ends the stream.
    stream.write('half of something');
    await closed;
    assert.equal(status, '12');
    assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR);
  }
});
