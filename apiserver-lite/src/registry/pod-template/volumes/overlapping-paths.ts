import type { V1Volume, V1VolumeProjection } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** A file of a volume, and where it is from: '' where all are from one place. */
interface PathOfSource {
  path: string;
  source: string;
}

const shown = ({ path, source }: PathOfSource) =>
  source === '' ? goQuote(path) : `${goQuote(path)} (${source})`;

function overlaps(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

/** Each file that is the same as, above or below an earlier one: `"b" with "a"`. */
function overlapping(files: readonly PathOfSource[]): string[] {
  const known: PathOfSource[] = [];
  return files.flatMap(({ path, source }) => {
    const file = { path: path.replace(/\/+$/, ''), source };
    const found = known.filter(
      (each) => file.path !== '' && each.path !== '' && overlaps(each.path, file.path),
    );
    known.push(file);
    return found.map((each) => `${shown(file)} with ${shown(each)}`);
  });
}

type Items = readonly { path?: string }[] | undefined;

const from = (source: string, items: Items): PathOfSource[] =>
  (items ?? []).map(({ path = '' }) => ({ path, source }));

function filesOf(projection: V1VolumeProjection): PathOfSource[] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } =
    projection;
  if (configMap?.items) return from(`ConfigMap ${goQuote(configMap.name ?? '')}`, configMap.items);
  if (secret?.items) return from(`Secret ${goQuote(secret.name ?? '')}`, secret.items);
  if (downwardAPI?.items) return from('DownwardAPI', downwardAPI.items);
  if (serviceAccountToken) return from('ServiceAccountToken', [serviceAccountToken]);
  if (clusterTrustBundle) {
    const { name, signerName = '', path } = clusterTrustBundle;
    return from(`ClusterTrustBundle ${goQuote(name ?? signerName)}`, [{ path }]);
  }
  const { certificateChainPath, keyPath, credentialBundlePath } = podCertificate ?? {};
  return [
    ...(certificateChainPath ? from('PodCertificate chain', [{ path: certificateChainPath }]) : []),
    ...(keyPath ? from('PodCertificate key', [{ path: keyPath }]) : []),
    ...(credentialBundlePath
      ? from('PodCertificate credential bundle', [{ path: credentialBundlePath }])
      : []),
  ];
}

const isEmpty = (projection: V1VolumeProjection) =>
  Object.values(projection).every((part) => part === undefined || part === null);

/**
 * Files of one volume that cannot be beside each other, and sources that name nothing (Kubernetes:
 * `api/pod.warningsForOverlappingVirtualPaths`).
 */
export function overlapWarnings(volume: V1Volume): string[] {
  const { name = '', configMap, secret, downwardAPI, projected } = volume;
  const warn = (what: string, found: readonly string[]) =>
    found.map((each) => `volume ${goQuote(name)} (${what}): overlapping paths: ${each}`);
  const sources = projected?.sources ?? [];
  return [
    ...warn(`ConfigMap ${goQuote(configMap?.name ?? '')}`, overlapping(from('', configMap?.items))),
    ...warn(`Secret ${goQuote(secret?.secretName ?? '')}`, overlapping(from('', secret?.items))),
    ...warn('DownwardAPI', overlapping(from('', downwardAPI?.items))),
    ...sources.filter(isEmpty).map(() => `volume ${goQuote(name)} (Projected) has no sources provided`),
    ...warn('Projected', overlapping(sources.flatMap(filesOf))),
  ];
}
