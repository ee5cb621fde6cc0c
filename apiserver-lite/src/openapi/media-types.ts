/** What bodies of objects are taken and given in. */
export const objectTypes: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

/** What lists and watches are given in. */
export const streamTypes: readonly string[] = [
  ...objectTypes,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];

/** What patches are taken in. */
export const patchTypes: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** What is passed through. */
export const anyType: readonly string[] = ['*/*'];
