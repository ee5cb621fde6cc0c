import { GrowingList, GrowingMap } from '../collections.ts';
import { goType } from '../equality.ts';
import { ArrayList, EvaluationError, ListValue, MapValue, type Result, type Value } from '../values.ts';
import { type Frame, interruptedError, type Run } from './frame.ts';
import { Loop } from './loop.ts';

/** A comprehension, its parts ready to run. Slots are those of the frame's locals. */
export interface Fold {
  readonly range: Run;
  readonly variable: number;
  readonly variable2: number | undefined;
  readonly accumulator: number;
  /** Its value, if it is a constant; else it is evaluated when it is first read, or never. */
  readonly initial: { readonly constant: Value } | undefined;
  readonly condition: Run;
  readonly step: Run;
  readonly result: Run;
}

/** What the accumulator starts with: empty lists and maps are made to grow in place. */
function start(initial: Fold['initial'], isLoop: boolean): Value | undefined {
  if (initial === undefined) return undefined;
  const { constant } = initial;
  if (!isLoop) return constant;
  if (constant instanceof ListValue && constant.size === 0) return new GrowingList();
  if (constant instanceof MapValue && constant.size === 0) return new GrowingMap();
  return constant;
}

/** The result of a loop, which does not grow any more. */
function finish(result: Result): Result {
  if (result instanceof GrowingList) return new ArrayList(result.elements);
  return result instanceof GrowingMap ? result.freeze() : result;
}

/**
 * Runs a comprehension (cel-go: evalFold). Every step is charged by what it evaluates, so that a limit on the
 * cost ends it. `isLoop` is false for what only binds a name: there the range is empty.
 */
export function runFold(fold: Fold, isLoop: boolean): Run {
  const { condition, step, variable, variable2, accumulator } = fold;
  const advance = (frame: Frame): boolean => {
    if (condition(frame) === false) return false;
    frame.locals[accumulator] = step(frame);
    return true;
  };
  const conclude = (frame: Frame): Result => finish(fold.result(frame));
  const overList = (frame: Frame, list: ListValue): Result => {
    for (let index = 0; index < list.size; index++) {
      if (variable2 === undefined) frame.locals[variable] = list.get(index);
      else {
        frame.locals[variable] = BigInt(index);
        frame.locals[variable2] = list.get(index);
      }
      if (!advance(frame)) break;
      if (frame.isInterrupted()) return interruptedError;
    }
    return conclude(frame);
  };
  const overMap = (frame: Frame, map: MapValue): Result => {
    for (const key of map.keys()) {
      frame.locals[variable] = key;
      if (variable2 !== undefined) frame.locals[variable2] = map.find(key);
      if (!advance(frame)) break;
      if (frame.isInterrupted()) return interruptedError;
    }
    return conclude(frame);
  };
  const inSteps = (frame: Frame): Result => {
    const around = frame.loop!;
    const ended = around.ended(fold);
    if (ended !== undefined) return ended;
    let loop = around.begun(fold);
    if (loop === undefined && !isLoop) {
      // What a name stands for is evaluated where it is read first, and kept in the frame.
      loop = new Loop();
      around.begin(fold, loop);
      frame.locals[accumulator] = start(fold.initial, false);
    } else if (loop === undefined) {
      const range = fold.range(frame);
      if (range instanceof EvaluationError) return range;
      if (!(range instanceof ListValue || range instanceof MapValue)) return noRange(range);
      loop = new Loop(range, start(fold.initial, true));
      around.begin(fold, loop);
    }
    frame.enter(loop);
    if (isLoop) frame.locals[accumulator] = loop.accumulator;
    while (!loop.isOver) {
      const [one, two] = loop.element(variable2 !== undefined);
      frame.locals[variable] = one;
      if (variable2 !== undefined) frame.locals[variable2] = two;
      if (!advance(frame)) break;
      loop.next(frame.locals[accumulator]);
      frame.pauseIfDue();
    }
    const result = conclude(frame);
    frame.loop = around;
    around.end(fold, result);
    return result;
  };
  const noRange = (range: Value): EvaluationError =>
    new EvaluationError(
      variable2 === undefined
        ? `got '${goType(range)}', expected iterable type`
        : `unsupported comprehension range type: ${goType(range)}`,
    );
  return (frame) => {
    if (frame.loop !== undefined) return inSteps(frame);
    const range = fold.range(frame);
    if (range instanceof EvaluationError) return range;
    frame.locals[accumulator] = start(fold.initial, isLoop);
    if (range instanceof ListValue) return overList(frame, range);
    if (range instanceof MapValue) return overMap(frame, range);
    return noRange(range);
  };
}
