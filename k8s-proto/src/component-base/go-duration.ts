import { parseDuration, TimeError } from '../time.ts';

/** Milliseconds of a duration as Go writes it (`1m30s`, `1.5h`, `0`); undefined for anything else. */
export function parseGoDuration(text: string): number | undefined {
  try {
    return Number(parseDuration(text)) / 1e6;
  } catch (error) {
    if (error instanceof TimeError) return undefined;
    throw error;
  }
}
