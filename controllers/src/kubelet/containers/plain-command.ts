/** How a command ends: so long after its start, with that code; never: `afterMs` is Infinity. */
export interface PlainEnd {
  afterMs: number;
  code: number;
}

const never: PlainEnd = { afterMs: Infinity, code: 0 };
const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
/** Programs that end with code 0 at once, whatever their arguments. */
const quick = new Set([
  'true',
  ':',
  'echo',
  'printf',
  'date',
  'hostname',
  'pwd',
  'env',
  'id',
  'whoami',
  'uname',
]);

/**
 * What a command does, if it is one of those whose end is known without running it: `sleep 5`, `true`,
 * `false`, `pause`, `tail -f`, and shells with a script of these (`sh -c "echo hi; sleep 2 && exit 3"`,
 * `while true; do … done`). Undefined: any other command.
 */
export function plainCommand(words: readonly string[]): PlainEnd | undefined {
  const isShell = /^(\/usr)?(\/bin\/)?(ba|a|da)?sh$/.test(words[0] ?? '');
  const script = words.at(-1) ?? '';
  if (isShell && words.length === 3 && /^-[a-z]*c[a-z]*$/.test(words[1]!)) return plainScript(script);
  return plainProgram(words);
}

function plainScript(script: string): PlainEnd | undefined {
  if (/\bwhile\s+(true|:|\[ 1 \])\s*;/.test(script) && !/\b(break|exit|return)\b/.test(script)) return never;
  // What a shell would do that expands, redirects or branches is unknown.
  if (/[`$|&<>(){}*?#\\]/.test(script.replaceAll(/&&|\|\|/g, ';'))) return undefined;
  let afterMs = 0;
  let code = 0;
  for (const [step, operator] of stepsOf(script)) {
    if ((operator === '&&' && code !== 0) || (operator === '||' && code === 0)) continue;
    const words = step.split(/\s+/).map((word) => word.replaceAll(/["']/g, ''));
    const [name, argument] = words;
    if (name === 'exit') {
      if (argument !== undefined && !/^\d{1,3}$/.test(argument)) return undefined;
      return { afterMs, code: argument === undefined ? code : Number(argument) & 0xff };
    }
    const end = plainProgram(name === 'exec' ? words.slice(1) : words);
    if (end === undefined) return undefined;
    if (end.afterMs === Infinity) return never;
    afterMs += end.afterMs;
    code = end.code;
    if (name === 'exec') break;
  }
  return { afterMs, code };
}

/** The commands of a script, each with the operator before it. */
function stepsOf(script: string): [step: string, operator: string][] {
  const parts = script.split(/(&&|\|\||;|\n)/);
  const steps: [string, string][] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const step = parts[index]!.trim();
    if (step !== '') steps.push([step, index === 0 ? ';' : parts[index - 1]!]);
  }
  return steps;
}

function plainProgram([program = '', ...args]: readonly string[]): PlainEnd | undefined {
  const name = program.replace(/^.*\//, '');
  if (quick.has(name)) return { afterMs: 0, code: 0 };
  if (name === 'false') return { afterMs: 0, code: 1 };
  if (name === 'pause') return never;
  if (name === 'tail' && args.some((arg) => /^-([a-zA-Z]*[fF]|-follow)/.test(arg))) return never;
  if (name !== 'sleep' || args.length !== 1) return undefined;
  if (args[0] === 'infinity' || args[0] === 'inf') return never;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(args[0]!) ?? [];
  if (amount === undefined) return undefined;
  return { afterMs: Number(amount) * secondsOf[unit]! * 1000, code: 0 };
}
