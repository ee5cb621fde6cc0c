import { type Fields, child, existing } from '../fields/fill.ts';

/** Whether there is nothing in the map. */
export function isEmpty(map: Fields | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

/** The labels of the Pod template. */
export function templateLabels(spec: Fields): Fields | undefined {
  return existing(existing(existing(spec, 'template'), 'metadata'), 'labels');
}

/**
 * The oldest kinds are labelled as their Pods where they are not labelled. Both are then one map, as in Go: a
 * label that a new Job's template gets is a label of the Job.
 */
export function labelAsTemplate(object: Fields, labels: Fields | undefined): void {
  const metadata = child(object, 'metadata');
  if (labels !== undefined && isEmpty(existing(metadata, 'labels'))) metadata['labels'] = labels;
}
