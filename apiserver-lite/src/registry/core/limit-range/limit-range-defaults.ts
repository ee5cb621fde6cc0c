import { type Fields, existing, items } from '../../fields/fill.ts';
import { roundResourceLists } from '../../fields/resource-list.ts';

/** Limits of containers follow from each other: default from max, defaultRequest from default or min. */
export function defaultLimitRange(object: Fields): void {
  for (const limit of items(existing(object, 'spec'), 'limits')) {
    defaultLimits(limit);
    roundResourceLists(limit, ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']);
  }
}

function defaultLimits(limit: Fields): void {
  if (limit['type'] !== 'Container') return;
  const [max, min] = [existing(limit, 'max') ?? {}, existing(limit, 'min') ?? {}];
  const most = { ...max, ...existing(limit, 'default') };
  const requested = { ...min, ...most, ...existing(limit, 'defaultRequest') };
  if (Object.keys(most).length > 0) limit['default'] = most;
  if (Object.keys(requested).length > 0) limit['defaultRequest'] = requested;
}
