import { type Fields, existing } from '../../fields/fill.ts';
import { roundResourceList, roundResourceLists } from '../../fields/resource-list.ts';

export function defaultResourceQuota(object: Fields): void {
  roundResourceList(existing(existing(object, 'spec'), 'hard'));
  roundResourceLists(existing(object, 'status'), ['hard', 'used']);
}
