import { type Fields, existing, fill } from '../../fields/fill.ts';
import { joinFirst } from '../../fields/first-of-list.ts';
import { roundResourceLists } from '../../fields/resource-list.ts';

const asIs = (value: unknown) => value;

/** A node can give what it has, unless it says otherwise. */
export function defaultNode(object: Fields): void {
  joinFirst(existing(object, 'spec'), 'podCIDR', { list: 'podCIDRs', read: asIs, make: asIs });
  const status = existing(object, 'status');
  const capacity = existing(status, 'capacity');
  if (status !== undefined && capacity !== undefined) fill(status, { allocatable: { ...capacity } });
  roundResourceLists(status, ['capacity', 'allocatable']);
}
