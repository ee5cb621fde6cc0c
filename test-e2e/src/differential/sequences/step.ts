import type { Answer } from '../asked-server.ts';
import type { Ask } from '../family.ts';
import type { Place } from '../places.ts';
import { edited, type Edit } from './edit.ts';

/** One request of a sequence, as data: it can be printed, repeated and made smaller. */
export interface Step {
  /** What it is, for the report. */
  says: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** Of the object, or of its collection. */
  to: 'object' | 'collection';
  subresource?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  body?: unknown;
  /** Instead of a body: what is stored, with changes. */
  edits?: readonly Edit[];
}

/** The object that a sequence is about, and what is done with it. */
export interface Sequence {
  place: Place;
  steps: readonly Step[];
}

interface Stored {
  metadata?: { resourceVersion?: string };
}

/** Where a step goes. */
export function pathOf({ to, subresource, query }: Step, { path, collection }: Place): string {
  const base = to === 'collection' ? collection : path;
  const whole = subresource === undefined ? base : `${base}/${subresource}`;
  const text = new URLSearchParams(query).toString();
  return text === '' ? whole : `${whole}?${text}`;
}

function parsed({ body }: Answer): Stored {
  try {
    return JSON.parse(body.toString()) as Stored;
  } catch {
    return {};
  }
}

/** Sends the steps one after another and reads the object after each. */
export async function sendSteps(ask: Ask, { place, steps }: Sequence): Promise<void> {
  let stored: Stored = {};
  for (const [index, step] of steps.entries()) {
    const { method, headers, body, edits, says } = step;
    const path = pathOf(step, place);
    let sent = body;
    if (edits !== undefined) {
      const { subresource } = step;
      const current =
        subresource === undefined || subresource === 'status'
          ? stored
          : parsed(await ask(`${index}, read ${subresource}`, { path: `${place.path}/${subresource}` }));
      sent = edited(current, edits);
    }
    await ask(`${index}, ${says}`, {
      method,
      path,
      ...(headers === undefined ? {} : { headers }),
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
    });
    const before = stored.metadata?.resourceVersion;
    const read = parsed(await ask(`${index}, then the object`, { path: place.path }));
    // Versions are numbers of each server's own; whether there is another one is not.
    ask.show(`${index}, whether that wrote`, { written: read.metadata?.resourceVersion !== before });
    stored = read;
  }
}
