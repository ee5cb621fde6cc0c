import { edited, placesIn } from './edit.ts';
import type { Step } from './step.ts';

/** Each try costs a run of the whole sequence. */
const maxTries = 150;

/**
 * The shortest steps for which `differs` still holds, as far as a bounded search finds them: without steps,
 * then without parts of what the steps send.
 */
export async function shrinkSteps(
  steps: readonly Step[],
  differs: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let tries = 0;
  let least = steps;
  const attempt = async (smaller: readonly Step[]): Promise<boolean> => {
    if (tries >= maxTries || !(await (tries++, differs(smaller)))) return false;
    least = smaller;
    return true;
  };
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = least.length - size; start >= 0; start -= size) {
      await attempt(least.toSpliced(start, size));
    }
  }
  for (let index = 0; index < least.length; index++) {
    let place = 0;
    for (;;) {
      const step = least[index]!;
      // An edit goes as a whole, or loses a part of its value.
      const at = placesIn(step.edits ?? step.body).filter(
        ([, part]) => step.edits === undefined || (part !== 'at' && part !== 'value'),
      )[place];
      if (at === undefined || tries >= maxTries) break;
      const smaller = (part: unknown) => edited(part, [{ at }]);
      const next: Step =
        step.edits === undefined
          ? { ...step, body: smaller(step.body) }
          : { ...step, edits: smaller(step.edits) as NonNullable<Step['edits']> };
      if (!(await attempt(least.with(index, next)))) place++;
    }
  }
  return least;
}
