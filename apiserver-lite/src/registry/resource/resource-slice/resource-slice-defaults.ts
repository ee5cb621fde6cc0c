import { type Fields, existing, fill, items } from '../../fields/fill.ts';
import { timestamp } from '../../generic/timestamp.ts';

/** Taints are as old as their first sight. */
export function defaultResourceSlice(object: Fields, nowMs: number): void {
  for (const item of items(existing(object, 'spec'), 'devices')) {
    const device = existing(item, 'basic') ?? item;
    for (const taint of items(device, 'taints')) fill(taint, { timeAdded: timestamp(nowMs) });
    const mappings = existing(device, 'nodeAllocatableResourceMappings') ?? {};
    for (const name of Object.keys(mappings)) {
      const mapping = existing(mappings, name);
      if (mapping !== undefined) fill(mapping, { allocationMultiplier: '1' });
    }
  }
}
