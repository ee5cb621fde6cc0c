import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecError } from '../codec/codec-error.ts';
import { decodeMessage, encodeMessage } from '../codec/codec.ts';
import type { CommandInput } from '../command/command-input.ts';
import { decodeInput } from '../command/decode.ts';
import { encodeInput } from '../command/encode.ts';
import { conform } from '../conform/conform.ts';
import { wrapEnvelope } from '../envelope.ts';
import { requireMessage } from '../schema/schema.ts';
import { knownKinds } from '../scheme.ts';
import { mutateWire } from '../testing/mutate-wire.ts';
import { Random } from '../testing/random.ts';
import { randomMessage } from '../testing/random-object.ts';
import { decodeLossless } from './decode-lossless.ts';
import { encodeLossless } from './encode-lossless.ts';
import { wireKey } from './wire-note.ts';
import { joinRecords, splitRecords } from './wire-record.ts';

const servicePort = 'k8s.io.api.core.v1.ServicePort';
const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const schemaProps = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 1_000_000);

function without(bytes: Buffer, ...fields: number[]): Buffer {
  return joinRecords(splitRecords(bytes).filter(({ field }) => !fields.includes(field)));
}

/** Decodes, and holds the encoder to the bytes. */
function survivor(message: string, bytes: Buffer): Record<string, unknown> {
  const object = decodeLossless(message, bytes) as Record<string, unknown>;
  assert.equal(encodeLossless(message, object).toString('hex'), bytes.toString('hex'));
  const { object: conformed, unknownFields } = conform(object, message, 'lossless');
  assert.deepEqual(unknownFields, []);
  assert.equal(encodeLossless(message, conformed).toString('hex'), bytes.toString('hex'));
  return object;
}

test('what 1.36 writes comes out plain', () => {
  const bytes = encodeMessage(servicePort, { port: 80 });
  assert.deepEqual(survivor(servicePort, bytes), { port: 80, targetPort: 0 });
});

test('value fields that are not on the wire are null', () => {
  const bytes = without(encodeMessage(servicePort, { port: 80 }), 2, 4);
  assert.deepEqual(survivor(servicePort, bytes), { protocol: null, port: 80, targetPort: null });
});

test('a time that is not on the wire is noted, as Go prints its zero as null', () => {
  const bytes = without(encodeMessage(objectMeta, { name: 'x' }), 8);
  assert.deepEqual(survivor(objectMeta, bytes), { name: 'x', [wireKey]: [{ field: 8, absent: true }] });
});

test('a former field has its name, whatever its value', () => {
  for (const clusterName of ['', 'east']) {
    const bytes = encodeLossless(objectMeta, { name: 'x', clusterName });
    assert.ok(bytes.includes(Buffer.from([15 * 8 + 2, clusterName.length])));
    assert.deepEqual(survivor(objectMeta, bytes), { name: 'x', clusterName });
  }
  assert.ok(!requireMessage(objectMeta).byJson.has('clusterName'), 'no field has that name today');
});

test('unknown fields are noted in the message that has them, and in inline ones under their name', () => {
  const unknown = { field: 500, wireType: 2, bytes: Buffer.from('hello') };
  const note = { field: 500, wireType: 2, bytes: 'aGVsbG8=' };
  const source = encodeMessage('k8s.io.api.core.v1.VolumeSource', { hostPath: { path: '/' } });
  const bytes = joinRecords([
    { field: 1, wireType: 2, bytes: Buffer.from('data') },
    { field: 2, wireType: 2, bytes: joinRecords([...splitRecords(source), unknown]) },
    unknown,
  ]);
  assert.deepEqual(survivor('k8s.io.api.core.v1.Volume', bytes), {
    name: 'data',
    hostPath: { path: '/' },
    [wireKey]: [note],
    [`${wireKey}/VolumeSource`]: [note],
  });
});

test('schemas within unions have forms of their own', () => {
  const inner = without(encodeMessage(schemaProps, { type: 'string' }), 1);
  const union = joinRecords([{ field: 1, wireType: 2, bytes: inner }]);
  const { number } = requireMessage(schemaProps).byJson.get('items') ?? assert.fail('no items');
  const canonical = splitRecords(encodeMessage(schemaProps, { items: { type: 'string' } }));
  const bytes = joinRecords(
    canonical.map((record) => (record.field === number ? { ...record, bytes: union } : record)),
  );
  assert.deepEqual(survivor(schemaProps, bytes), { items: { id: null, type: 'string' } });
});

test('a known field with other bytes than ours is noted, until its value is edited', () => {
  const message = 'k8s.io.api.apps.v1.ControllerRevision';
  const raw = Buffer.from('{"command":"a \\u0026\\u0026 b"}\n');
  const canonical = splitRecords(encodeMessage(message, { data: {}, revision: 3 }));
  const data = joinRecords([{ field: 1, wireType: 2, bytes: raw }]);
  const bytes = joinRecords(
    canonical.map((record) => (record.field === 2 ? { ...record, bytes: data } : record)),
  );
  const object = survivor(message, bytes);
  assert.deepEqual(object['data'], { command: 'a && b' });
  assert.deepEqual(object[wireKey], [{ field: 2, wireType: 2, bytes: data.toString('base64') }]);
  const edited = decodeMessage(message, encodeLossless(message, { ...object, data: { command: 'c' } }));
  assert.deepEqual(edited, { metadata: {}, data: { command: 'c' }, revision: 3 });
});

test('fields in another order keep it', () => {
  const bytes = joinRecords(
    splitRecords(encodeMessage(servicePort, { port: 80, name: 'http' })).toReversed(),
  );
  const object = survivor(servicePort, bytes);
  assert.equal(object['name'], 'http');
  assert.deepEqual(
    (object[wireKey] as { field: number }[]).map(({ field }) => field),
    [5, 4, 3, 2, 1],
  );
});

test('notes that say nothing sensible are refused', () => {
  const refused = (notes: unknown): void =>
    assert.throws(
      () => encodeLossless(servicePort, { port: 80, [wireKey]: notes }),
      (error) => error instanceof CodecError && error.code === 'badValue',
    );
  refused('x');
  refused([null]);
  refused([{ field: 0, absent: true }]);
  refused([{ field: 99, wireType: 2, bytes: '*' }]);
  refused([{ field: 99, wireType: 3, bytes: '' }]);
  refused([{ field: 99, wireType: 0, bytes: 'gIA=' }]);
  refused([{ field: 99, wireType: 5, bytes: 'AA==' }]);
});

test(`values of other versions survive both commands byte for byte (PG8S_TEST_SEED=${seed})`, () => {
  const random = new Random(seed);
  const kinds = [...knownKinds().values()].filter(({ isList, kind }) => !isList && kind !== 'WatchEvent');
  let changed = 0;
  for (let round = 0; round < 200; round++) {
    const { apiVersion, kind, message } = random.pick(kinds);
    const { object } = conform(randomMessage(random, message, 5), message, 'ignore');
    const canonical = encodeMessage(message, object);
    const disorder = round % 5 === 0 ? 0.1 : 0;
    const raw = mutateWire(random, message, canonical, { absent: 0.1, unknown: 0.15, disorder });
    if (!raw.equals(canonical)) changed++;
    const value = wrapEnvelope(apiVersion, kind, raw).toString('base64');
    const input = (text: string): CommandInput => ({
      name: `${kind}, round ${round}`,
      bytes: Buffer.from(text),
    });
    const output = round % 3 === 0 ? 'yaml' : 'json';
    const warnings: string[] = [];
    const text = decodeInput(input(value), { output, base64: true, warn: (line) => warnings.push(line) });
    assert.deepEqual(warnings, []);
    assert.equal(
      Buffer.from(encodeInput(input(text), { base64: true }))
        .toString()
        .trim(),
      value,
      `${kind}, round ${round}`,
    );
  }
  assert.ok(changed > 50, `${changed} of 200 values were changed`);
});
