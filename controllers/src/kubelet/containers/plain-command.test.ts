import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainCommand } from './plain-command.ts';

test('what a command plainly does is known, the rest is not guessed', () => {
  const sh = (script: string): string[] => ['sh', '-c', script];
  const ends = (afterMs: number, code: number): object => ({ afterMs, code });
  const never = ends(Infinity, 0);
  const cases: [words: string[], expected: object | undefined][] = [
    [['true'], ends(0, 0)],
    [['/bin/false'], ends(0, 1)],
    [['sleep', '5'], ends(5_000, 0)],
    [['sleep', '1.5m'], ends(90_000, 0)],
    [['sleep', 'infinity'], never],
    [['/pause'], never],
    [['tail', '-f', '/dev/null'], never],
    [['echo', 'hello'], ends(0, 0)],
    [sh('exit 3'), ends(0, 3)],
    [['/bin/sh', '-ec', 'sleep 2; exit 1'], ends(2_000, 1)],
    [['bash', '-c', 'echo start && sleep 1 && false'], ends(1_000, 1)],
    [sh('false || sleep 3'), ends(3_000, 0)],
    [sh('true || sleep 3'), ends(0, 0)],
    [sh('exec sleep 7'), ends(7_000, 0)],
    [sh('while true; do date; sleep 1; done'), never],
    [sh('echo "hi"\nsleep 1'), ends(1_000, 0)],
    [sh('while true; do test -f x && exit 0; done'), undefined],
    [sh('echo $HOME'), undefined],
    [sh('cat /etc/x | grep y'), undefined],
    [sh('sleep 5 & wait'), undefined],
    [sh('constructor'), undefined],
    [['sh'], undefined],
    [['perl', '-e', '1'], undefined],
    [['sleep', '5', '6'], undefined],
    [[], undefined],
  ];
  for (const [words, expected] of cases) assert.deepEqual(plainCommand(words), expected, words.join(' '));
});
