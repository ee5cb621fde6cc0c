import type { Pod } from '../../../runtime/client/resource.ts';

/** A port of the node that a Pod takes. */
export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

const anyAddress = '0.0.0.0';

/** The host ports of a Pod's containers and sidecars. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ port: hostPort, ip: hostIP || anyAddress, protocol: protocol || 'TCP' }] : [],
    ),
  );
}

/** The host ports that are taken on one node, with how many Pods took each. */
export class HostPorts {
  /** `TCP/80` → address → number of Pods. */
  readonly #taken = new Map<string, Map<string, number>>();

  /** Counts ports as taken. */
  take(ports: readonly HostPort[]): void {
    for (const { protocol, port, ip } of ports) {
      const key = `${protocol}/${port}`;
      const addresses = this.#taken.get(key) ?? new Map<string, number>();
      addresses.set(ip, (addresses.get(ip) ?? 0) + 1);
      this.#taken.set(key, addresses);
    }
  }

  /** Takes back one `take`. */
  release(ports: readonly HostPort[]): void {
    for (const { protocol, port, ip } of ports) {
      const key = `${protocol}/${port}`;
      const addresses = this.#taken.get(key);
      const count = addresses?.get(ip);
      if (addresses === undefined || count === undefined) continue;
      if (count > 1) addresses.set(ip, count - 1);
      else addresses.delete(ip);
      if (addresses.size === 0) this.#taken.delete(key);
    }
  }

  /** Whether a Pod has taken that port, at that address or at all of them. */
  isTaken({ protocol, port, ip }: HostPort): boolean {
    const addresses = this.#taken.get(`${protocol}/${port}`);
    if (addresses === undefined) return false;
    return ip === anyAddress || addresses.has(ip) || addresses.has(anyAddress);
  }

  /** `TCP/80/0.0.0.0` for each port that is taken, with how often, in order. */
  list(): string[] {
    return [...this.#taken]
      .flatMap(([key, addresses]) => [...addresses].map(([ip, count]) => `${key}/${ip}=${count}`))
      .sort();
  }
}
