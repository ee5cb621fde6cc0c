import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { attempt, run } from '../command.ts';

const bridge = 'pg8s-pods';
/** The node simulator takes addresses from here, never this first one. */
const podRange = { gateway: '10.244.0.1', bits: 16 };
const prefix = 'pg8s-';

/** Where something listens. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/**
 * A network of Pods on this machine: a bridge that has the gateway's address, and for each Pod a network
 * namespace with the Pod's address. What listens there can be called from here and from other Pods. The
 * cluster's address of the API server leads to it; other Services are not carried. One such network at a
 * time is on a machine. Needs Linux, root and iproute2.
 */
export class PodNetwork {
  readonly #lock: Server;
  readonly #attached = new Set<string>();
  readonly #sockets = new Set<Socket>();
  #forward: Server | undefined;

  private constructor(lock: Server) {
    this.#lock = lock;
  }

  /** Why this machine cannot have it; undefined where it can. */
  static async missing(): Promise<string | undefined> {
    if (process.platform !== 'linux') return 'Pods run on Linux only';
    if (process.getuid?.() !== 0) return 'Pods are run by root only';
    for (const program of ['ip', 'nsenter', 'unshare', 'chroot']) {
      const { code } = await attempt('sh', ['-c', `command -v ${program}`]);
      if (code !== 0) return `${program} is not on PATH`;
    }
    const { code, stderr } = await attempt('unshare', ['--net', '--mount', '--uts', 'true']);
    return code === 0 ? undefined : `namespaces are not to be had: ${stderr.trim()}`;
  }

  /** Rejects where another process has it; what such a one left behind is removed. */
  static async open(): Promise<PodNetwork> {
    const lock = createServer();
    // An abstract name: the kernel frees it when this process ends.
    lock.listen('\0pg8s-pod-network');
    await once(lock, 'listening').catch((error: Error) => {
      throw new Error('another process runs Pods on this machine', { cause: error });
    });
    const network = new PodNetwork(lock);
    try {
      await network.#clear();
      await batch(
        [],
        [
          `link add ${bridge} type bridge`,
          `addr add ${podRange.gateway}/${podRange.bits} dev ${bridge}`,
          `link set ${bridge} up`,
        ],
      );
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** Lets Pods reach the API server at its Service's address. */
  async forward(from: HostPort, to: HostPort): Promise<void> {
    await run('ip', ['addr', 'add', `${from.host}/32`, 'dev', bridge]);
    const keep = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    };
    this.#forward = createServer((socket) => {
      const onward = connect(to);
      keep(socket);
      keep(onward);
      socket.pipe(onward).pipe(socket);
      socket.on('close', () => onward.destroy());
      onward.on('close', () => socket.destroy());
    });
    this.#forward.listen(from);
    await once(this.#forward, 'listening');
  }

  /** Makes the namespace of a Pod's address; resolves to its file. */
  async attach(address: string): Promise<string> {
    const id = idOf(address);
    const name = `${prefix}${id}`;
    await this.detach(address);
    this.#attached.add(address);
    await batch(
      [],
      [
        `netns add ${name}`,
        `link add v${id} type veth peer name eth0 netns ${name}`,
        `link set v${id} master ${bridge} up`,
      ],
    );
    await batch(
      ['-n', name],
      [
        'link set lo up',
        `addr add ${address}/${podRange.bits} dev eth0`,
        'link set eth0 up',
        `route add default via ${podRange.gateway}`,
      ],
    );
    return `/run/netns/${name}`;
  }

  /** Removes the namespace of an address, if there is one. */
  async detach(address: string): Promise<void> {
    const id = idOf(address);
    this.#attached.delete(address);
    // The namespace goes with its last process, its end of the pair only then.
    await attempt('ip', ['link', 'del', `v${id}`]);
    await attempt('ip', ['netns', 'del', `${prefix}${id}`]);
  }

  async close(): Promise<void> {
    this.#forward?.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const address of this.#attached) await this.detach(address);
    await attempt('ip', ['link', 'del', bridge]);
    this.#lock.close();
  }

  async #clear(): Promise<void> {
    const { stdout } = await attempt('ip', ['netns', 'list']);
    for (const name of stdout.match(/^\S+/gm) ?? []) {
      if (!name.startsWith(prefix)) continue;
      await attempt('ip', ['link', 'del', `v${name.slice(prefix.length)}`]);
      await attempt('ip', ['netns', 'del', name]);
    }
    await attempt('ip', ['link', 'del', bridge]);
  }
}

function batch(options: readonly string[], lines: readonly string[]): Promise<string> {
  return run('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** The digits of an address: names of interfaces are short. */
function idOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.join('');
}
