/** The forms in which the API speaks, in kube-apiserver's order of preference. */
export const mediaTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
] as const;

/** One of these forms. */
export type MediaType = (typeof mediaTypes)[number];
