import { badRequest } from '../../../../api-errors/status-error.ts';
import type { Pod } from '../pod.ts';

const defaultContainer = 'kubectl.kubernetes.io/default-container';

/** The container that is meant; throws as kube-apiserver does where that is not clear. */
export function containerOf(pod: Pod, wanted: string | null): string {
  const { spec, metadata } = pod;
  const names = spec.containers.map(({ name }) => name);
  const known = [
    ...names,
    ...(spec.initContainers ?? []).map(({ name }) => name),
    ...(spec.ephemeralContainers ?? []).map(({ name }) => name),
  ];
  if (wanted) {
    if (known.includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${metadata.name ?? ''}`);
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  const preferred = metadata.annotations?.[defaultContainer];
  if (preferred !== undefined && known.includes(preferred)) return preferred;
  const init = (spec.initContainers ?? []).map(({ name }) => name);
  const choice = `choose one of: [${names.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${metadata.name ?? ''}, ${choice}${
      init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''
    }`,
  );
}
