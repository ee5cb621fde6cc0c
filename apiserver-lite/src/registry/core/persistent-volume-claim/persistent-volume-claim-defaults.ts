import { type Fields, child, existing, fill, fillText } from '../../fields/fill.ts';
import { roundRequirements, roundResourceLists } from '../../fields/resource-list.ts';

/** A claim waits, for a file system. */
export function defaultClaim(object: Fields): void {
  const [spec, status] = [child(object, 'spec'), child(object, 'status')];
  fillText(status, { phase: 'Pending' });
  fill(spec, { volumeMode: 'Filesystem' });
  roundRequirements(existing(spec, 'resources'));
  roundResourceLists(status, ['capacity', 'allocatedResources']);
}
