import { type Fields, existing, fill } from '../../fields/fill.ts';
import { timestamp } from '../../generic/timestamp.ts';

export function defaultDeviceTaintRule(object: Fields, nowMs: number): void {
  const taint = existing(existing(object, 'spec'), 'taint');
  if (taint !== undefined) fill(taint, { timeAdded: timestamp(nowMs) });
}
