import { format } from 'node:util';
import { goTime } from '@pg8s/shim/rpc/monitoring/go-time';
import type { LoggerOptions } from 'pino';

/** Levels that zap does not have (zap: `zapcore/level.go`). */
const levelNames: Readonly<Record<string, string>> = { trace: 'debug' };
/** pino's number for `error`. */
const errorLevel = 50;

/**
 * Makes pino write the lines that etcd's logger writes (etcd: `client/pkg/logutil/zap.go`, zap's JSON
 * encoder), key by key:
 *
 *     {"level":"info","ts":"2026-01-02T03:04:05.678901Z","caller":"commands/etcd.ts:76","msg":"…", fields …}
 *
 * An error is its text, under `error`; from level error on its stack follows.
 */
export const etcdLog: LoggerOptions = {
  timestamp: () => `,"ts":"${goTime(now())}"`,
  formatters: {
    level: (label) => ({ level: levelNames[label] ?? label }),
  },
  hooks: {
    logMethod(args, method, level) {
      const [first, ...rest] = args as unknown as unknown[];
      const [text, ...values] = typeof first === 'string' ? [first, ...rest] : rest;
      const { msg, ...fields } = fieldsOf(first, level >= errorLevel);
      // Not as pino's own message: that comes last, and etcd's stands before the fields.
      method.call(this, {
        caller: callerOf(),
        msg: text === undefined ? (msg ?? '') : format(text, ...values),
        ...fields,
      });
    },
  },
};

/** Milliseconds since 1970, with their fraction as long as nobody has set the clock. */
function now(): number {
  const [exact, rough] = [performance.timeOrigin + performance.now(), Date.now()];
  return Math.abs(exact - rough) < 50 ? exact : rough;
}

function fieldsOf(first: unknown, withStack: boolean): Record<string, unknown> {
  if (first instanceof Error) return { msg: first.message, ...errorFields(first, withStack) };
  if (typeof first !== 'object' || first === null) return {};
  const { err, ...fields } = first as Record<string, unknown>;
  if (err === undefined) return fields;
  return { ...fields, ...(err instanceof Error ? errorFields(err, withStack) : { error: format(err) }) };
}

function errorFields({ message, stack }: Error, withStack: boolean): Record<string, unknown> {
  return { error: message, ...(withStack ? { stacktrace: stack } : {}) };
}

/** The file and line that logs, as zap shortens them: with the file's folder. */
function callerOf(): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, callerOf);
  // Below the message and `logMethod` is pino, in one function or two, and below that who has called it.
  const frame = at.stack?.split('\n').find((line, index) => index > 1 && !inPino.test(line)) ?? '';
  return /([^/\\]+[/\\][^/\\]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? 'undefined';
}

const inPino = /[/\\]pino[/\\]/;
