import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseJson, stringifyJson } from '@pg8s/k8s-proto/json';
import { inTurns } from '../../../http/in-turns.ts';
import type { JsonObject } from '../../../json/json-value.ts';
import { DecodeError } from '../../../registry/resource-types/object-codec.ts';
import { copyOf } from '../../../registry/generic/copy-object.ts';
import { compileSchema, type CompiledSchema } from '../compiled-schema.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { ScalePaths } from '../scale-paths.ts';

interface Cause {
  reason?: string;
  message?: string;
  field?: string;
}

interface Answer {
  code: number;
  message?: string;
  causes?: Cause[];
  /** Without its metadata; absent: what was sent. */
  object?: JsonObject;
  /** Only where some was sent. */
  metadata?: JsonObject;
}

/** What was sent to a stock server, and what it answered. */
interface RecordedObject {
  object: JsonObject;
  old?: JsonObject;
  oldStatus?: unknown;
  verb?: 'create' | 'update' | 'status';
  query?: string;
  answer: Answer;
}

interface RecordedCase {
  name: string;
  schema: JsonSchema;
  /** When the old objects were stored. */
  before?: JsonSchema;
  scale?: ScalePaths;
  status?: boolean;
  objects: RecordedObject[];
}

const sent = (given: JsonObject): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  ...copyOf(given),
  metadata: { name: 'thing', ...(given['metadata'] as object | undefined) },
});

function stored(given: JsonObject, schema: CompiledSchema): JsonObject {
  const object = sent(given);
  schema.conform(object, { stored: true });
  schema.applyDefaults(object);
  return object;
}

async function answerOf(
  recorded: RecordedObject,
  schema: CompiledSchema,
  { scale, status = false }: RecordedCase,
): Promise<Answer> {
  const object = sent(recorded.object);
  const old = recorded.old === undefined ? undefined : stored(recorded.old, schema);
  if (old !== undefined && recorded.oldStatus !== undefined) old['status'] = recorded.oldStatus;
  const isStatus = recorded.verb === 'status';
  let unknown: readonly string[];
  try {
    unknown = schema.conform(object, { collectUnknown: true });
  } catch (error) {
    assert.ok(error instanceof DecodeError);
    return { code: 400, message: error.message };
  }
  if (unknown.length > 0 && recorded.query?.includes('Strict') === true) {
    return { code: 400, message: unknown.map((path) => `unknown field "${path}"`).join(', ') };
  }
  schema.applyDefaults(object);
  if (isStatus) {
    const written = object['status'];
    Object.assign(object, old);
    if (written === undefined) delete object['status'];
    else object['status'] = written;
  } else if (status) {
    if (old?.['status'] === undefined) delete object['status'];
    else object['status'] = old['status'];
  }
  // As an answer is read from the store.
  schema.applyDefaults(object);
  const judged = { metadata: [], ...(old === undefined ? {} : { old }), scale };
  const findings = isStatus
    ? await inTurns(schema.validateStatus(object, { ...judged, old: old! }))
    : await inTurns(schema.validate(object, judged));
  if (findings.length > 0) {
    const causes = findings.map(({ reason, message, field }) => ({ reason, message, field }));
    return { code: 422, causes };
  }
  return { code: old === undefined ? 201 : 200, object };
}

const keyOf = ({ field, reason, message }: Cause) => `${field} ${reason} ${message}`;

function compare(actual: Answer, recorded: RecordedObject): void {
  const expected = recorded.answer;
  if (expected.code === 422) {
    assert.deepEqual((actual.causes ?? []).map(keyOf).sort(), (expected.causes ?? []).map(keyOf).sort());
    assert.equal(actual.code, 422);
    return;
  }
  assert.equal(actual.code, expected.code, JSON.stringify(actual.causes));
  if (actual.object !== undefined) {
    const { apiVersion: _v, kind: _k, metadata, ...fields } = actual.object;
    const { apiVersion: _sv, kind: _sk, metadata: _sm, ...given } = recorded.object;
    assert.deepEqual(fields, expected.object ?? given);
    if (expected.metadata === undefined) return;
    const { name: _name, ...own } = metadata as JsonObject;
    assert.deepEqual(own, expected.metadata);
    return;
  }
  assert.ok(expected.message?.includes(actual.message!), `${actual.message} in ${expected.message}`);
}

const folder = new URL('.', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
  describe(`as a stock server: ${file}`, () => {
    for (const line of readFileSync(new URL(file, folder), 'utf8').trim().split('\n')) {
      const recorded = parseJson(line) as RecordedCase;
      const schema = compileSchema(recorded.schema);
      test(recorded.name, async () => {
        const wrong: unknown[] = [];
        for (const object of recorded.objects) {
          try {
            compare(await answerOf(object, schema, recorded), object);
          } catch (error) {
            if (!(error instanceof assert.AssertionError)) throw error;
            wrong.push([stringifyJson(object.object), error.message]);
          }
        }
        assert.deepEqual(wrong, []);
      });
    }
  });
}
