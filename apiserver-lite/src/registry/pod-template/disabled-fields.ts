/** Fields of features that are off in a stock 1.36, feature by feature, below the spec of a Pod. */
const podFeatures = [
  ['volumes[].projected.sources[].clusterTrustBundle'],
  ['volumes[].projected.sources[].podCertificate'],
  ['schedulingGroup'],
];

/** The disabled fields of a kind that has the spec of a Pod at `path`. */
export function disabledPodFields(path: string): readonly (readonly string[])[] {
  return podFeatures.map((paths) => paths.map((field) => `${path}.${field}`));
}
