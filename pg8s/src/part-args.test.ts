import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPartArgs } from './part-args.ts';

const context = {
  option: '--kube-apiserver-arg',
  flags: [
    { name: 'event-ttl', isBoolean: false, isList: false },
    { name: 'profiling', isBoolean: true, isList: false },
    { name: 'runtime-config', isBoolean: false, isList: true },
    { name: 'secure-port', isBoolean: false, isList: false },
  ],
  own: { 'secure-port': 'use --secure-port' },
};

test('flags for a part are read with and without dashes; of a list all values count, else the last', () => {
  assert.deepEqual(
    readPartArgs(
      [
        'event-ttl=1h',
        '--event-ttl=2h',
        'profiling',
        'runtime-config=api/beta=true',
        'runtime-config=batch/v1=false',
      ],
      context,
    ),
    { 'event-ttl': '2h', profiling: 'true', 'runtime-config': 'api/beta=true,batch/v1=false' },
  );
});

test('what cannot be passed on is refused with the name of the option', () => {
  for (const [arg, message] of [
    ['nonsense=1', '--kube-apiserver-arg: unknown flag: --nonsense'],
    ['constructor=1', '--kube-apiserver-arg: unknown flag: --constructor'],
    ['event-ttl', '--kube-apiserver-arg: flag needs an argument: event-ttl=VALUE'],
    ['secure-port=1', '--kube-apiserver-arg: --secure-port cannot be set: use --secure-port'],
    ['', '--kube-apiserver-arg: unknown flag: --'],
  ] as const) {
    assert.throws(() => readPartArgs([arg], context), { name: 'UsageError', message });
  }
});
