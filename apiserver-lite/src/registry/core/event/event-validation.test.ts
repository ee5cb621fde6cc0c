import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { StoreRequest } from '../../strategy.ts';
import { validateEventUpdate, validateNewEvent } from './event-validation.ts';

const request = (apiGroup: string): StoreRequest => ({
  apiGroup,
  namespace: 'default',
  user: { name: '', groups: [] },
  dryRun: false,
  nowMs: 0,
  warn() {},
});

const event = (fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'x', namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'a', namespace: 'default' },
  eventTime: '2026-01-02T03:04:05.000000Z',
  reportingComponent: 'a',
  reportingInstance: 'a-0',
  action: 'Act',
  reason: 'Because',
  type: 'Normal',
  ...fields,
});

const said = (findings: { field: string; message: string }[]) =>
  findings.map(({ field, message }) => `${field}: ${message}`);

test('core/v1 takes events that events.k8s.io/v1 does not', () => {
  const given = event({ count: 3, source: { component: 'a' } });
  assert.deepEqual(validateNewEvent(given, request('')), []);
  assert.deepEqual(said(validateNewEvent(given, request('events.k8s.io'))), [
    'count: Invalid value: "": needs to be unset',
    'source: Invalid value: "": needs to be unset',
  ]);
});

test('through events.k8s.io/v1 nothing changes but the series', () => {
  const next = event({
    message: 'other',
    source: { component: 'b' },
    reason: 'Why',
    series: { count: 2, lastObservedTime: '2026-01-02T03:04:06.000000Z' },
  });
  assert.deepEqual(validateEventUpdate(next, event(), request('')), []);
  assert.deepEqual(said(validateEventUpdate(next, event(), request('events.k8s.io'))), [
    'reason: Invalid value: "Why": field is immutable',
    'message: Invalid value: "other": field is immutable',
    'source: Invalid value: {"Component":"b","Host":""}: field is immutable',
    'reason: Invalid value: "Why": field is immutable',
  ]);
  assert.deepEqual(
    said(validateEventUpdate(event({ series: { count: 1 } }), event(), request('events.k8s.io'))),
    ['series.count: Invalid value: "": should be at least 2', 'series.lastObservedTime: Required value'],
  );
});

test('a field that is taken away is shown as Go has it', () => {
  const before = event({ count: 1 });
  for (const [field, shown] of [
    ['reason', '""'],
    ['type', '""'],
    ['count', '0'],
    ['eventTime', 'null'],
  ] as const) {
    const next = { ...before };
    delete next[field];
    const findings = said(validateEventUpdate(next, before, request('events.k8s.io')));
    assert.ok(
      findings.includes(`${field}: Invalid value: ${shown}: field is immutable`),
      findings.join('\n'),
    );
  }
});
