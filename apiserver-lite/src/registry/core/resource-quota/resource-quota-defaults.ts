import { type Fields, existing } from '../../fields/fill.ts';
import { roundResourceList, roundResourceLists } from '../../fields/resource-list.ts';

/** Fills the defaults of a ResourceQuota (Kubernetes: `apis/core/v1/defaults.go`). */
export function defaultResourceQuota(object: Fields): void {
  roundResourceList(existing(existing(object, 'spec'), 'hard'));
  roundResourceLists(existing(object, 'status'), ['hard', 'used']);
}
