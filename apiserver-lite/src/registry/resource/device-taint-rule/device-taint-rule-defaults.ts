import { type Fields, existing, fill } from '../../fields/fill.ts';
import { timestamp } from '../../generic/timestamp.ts';

/** Fills the defaults of a DeviceTaintRule; `nowMs` is the time that its taint is added. */
export function defaultDeviceTaintRule(object: Fields, nowMs: number): void {
  const taint = existing(existing(object, 'spec'), 'taint');
  if (taint !== undefined) fill(taint, { timeAdded: timestamp(nowMs) });
}
