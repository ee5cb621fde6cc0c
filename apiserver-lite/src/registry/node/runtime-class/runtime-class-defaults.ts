import { type Fields, existing } from '../../fields/fill.ts';
import { roundResourceList } from '../../fields/resource-list.ts';

/** Fills the defaults of a RuntimeClass. */
export function defaultRuntimeClass(object: Fields): void {
  roundResourceList(existing(existing(object, 'overhead'), 'podFixed'));
}
