import { isDeepStrictEqual } from 'node:util';
import type { NormalAnswer } from './normalise.ts';

/**
 * Go begins the walk of a small map at one of its eight places: of two keys, the first comes first seven
 * times of eight, and that often in a row in two runs of a million.
 */
const tries = 100;

/**
 * Whether the server that `again` asks gives the same causes in another order from try to try, as
 * kube-apiserver does where it walks a Go map, and gives those of `answer`. Such an order is not compared.
 */
export async function sameInRandomOrder(
  answer: NormalAnswer,
  again: () => Promise<NormalAnswer>,
): Promise<boolean> {
  const first = await again();
  if (!isDeepStrictEqual(withoutOrder(first), withoutOrder(answer))) return false;
  for (let asked = 1; asked < tries; asked++) {
    if (!isDeepStrictEqual(await again(), first)) return true;
  }
  return false;
}

/** Causes in one order, and the letters of texts that list them. */
function withoutOrder({ code, headers, body }: NormalAnswer): unknown {
  const { message, details, ...status } = (body ?? {}) as {
    message?: unknown;
    details?: { causes?: unknown[] };
  };
  return {
    code,
    warnings: letters(headers['warning']),
    status,
    message: letters(message),
    details: {
      ...details,
      causes: details?.causes?.map((cause) => letters(JSON.stringify(cause))).toSorted(),
    },
  };
}

function letters(text: unknown): string[] | undefined {
  return typeof text === 'string' ? text.split('').toSorted() : undefined;
}
