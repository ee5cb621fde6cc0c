import type { Pod } from '../../../controllers/src/runtime/client/resource.ts';

/** The text of a field that a Pod's containers may be given (`core/v1.ObjectFieldSelector`). */
export function fieldOf(pod: Pod, path: string): string {
  const [, name = '', key] = /^([\w.]+)(?:\['([^']*)'\])?$/.exec(path) ?? [];
  const { metadata, spec, status } = pod;
  const maps: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = {
    'metadata.labels': metadata.labels,
    'metadata.annotations': metadata.annotations,
  };
  if (Object.hasOwn(maps, name)) {
    const map = maps[name] ?? {};
    if (key !== undefined) return Object.hasOwn(map, key) ? map[key]! : '';
    return Object.entries(map)
      .map(([each, value]) => `${each}=${JSON.stringify(value)}`)
      .join('\n');
  }
  const texts: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec?.nodeName,
    'spec.serviceAccountName': spec?.serviceAccountName,
    'status.hostIP': status?.hostIP,
    'status.podIP': status?.podIP,
    'status.podIPs': status?.podIPs?.map(({ ip }) => ip).join(','),
  };
  return (Object.hasOwn(texts, name) ? texts[name] : undefined) ?? '';
}
