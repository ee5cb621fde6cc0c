import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason } from '../api-errors/status-error.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { acceptObject } from '../registry/rest.ts';
import type { Clock } from '../storage/clock.ts';
import { internalUpdate, loopbackRequest } from './ensure-object.ts';

const namespace = 'kube-system';
const apiVersion = 'coordination.k8s.io/v1';
const identityLabel = 'apiserver.kubernetes.io/identity';
const component = 'kube-apiserver';
const durationSeconds = 3600;
const renewIntervalMs = 10_000;
/** Renewals come up to that much later, so that those of several servers do not stay together. */
const renewJitter = 0.04;
const collectIntervalMs = 3_600_000;

/** What the lease says, and what it is kept with. */
export interface IdentityLeaseOptions {
  registry: BuiltRegistry;
  /** Of this machine. */
  hostname: string;
  /** `host:port` at which other servers reach this one. */
  peerAddress: string;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Logger;
}

/**
 * The Lease in `kube-system` by which a server says that it lives, and the deletion of those of servers that
 * do not any more (Kubernetes: `controlplane/apiserver/server.go`, `controller/apiserverleasegc`, KEP-1965).
 * Two servers of one host have one lease, as in kube-apiserver.
 */
export class IdentityLease {
  readonly name: string;
  readonly #options: IdentityLeaseOptions;
  readonly #holder: string;
  readonly #cancel = new Set<() => void>();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: IdentityLeaseOptions) {
    this.#options = options;
    this.name = identityOf(options.hostname);
    this.#holder = `${this.name}_${randomUUID()}`;
  }

  /** Replaces the lease of the server that was here before, and renews it until `stop`. */
  async start(): Promise<void> {
    await this.#delete(this.name);
    await this.#renew();
    this.#repeat(
      () => this.#renew(),
      () => renewIntervalMs * (1 + renewJitter * this.#options.random()),
    );
  }

  /** Deletes expired leases, at once and every hour until `stop`; resolves after the first time. */
  async startCollecting(): Promise<void> {
    const collect = () => this.#collect();
    this.#run(collect);
    this.#repeat(collect, () => collectIntervalMs);
    await this.#running;
  }

  /** Deletes the lease: the server goes. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const cancel of this.#cancel) cancel();
    await this.#running;
    await this.#delete(this.name);
  }

  get #store() {
    return this.#options.registry.storeOf('coordination.k8s.io', 'leases');
  }

  #repeat(work: () => Promise<void>, delayMs: () => number): void {
    const cancel = this.#options.clock.after(delayMs(), () => {
      this.#cancel.delete(cancel);
      if (this.#stopped) return;
      this.#run(work);
      this.#repeat(work, delayMs);
    });
    this.#cancel.add(cancel);
  }

  /** One after the other, so that `stop` can wait for all. */
  #run(work: () => Promise<void>): void {
    this.#running = this.#running
      .then(() => (this.#stopped ? undefined : work()))
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error }, 'could not keep the identity leases');
      });
  }

  async #renew(): Promise<void> {
    const { registry, hostname, peerAddress, clock } = this.#options;
    const store = this.#store;
    const nowMs = clock.now();
    await store.update(
      loopbackRequest(namespace, nowMs),
      this.name,
      (current) => {
        const metadata = current?.metadata ?? { name: this.name, namespace };
        const object: KubeObject = {
          ...current,
          apiVersion,
          kind: 'Lease',
          metadata: {
            ...metadata,
            labels: { ...metadata.labels, [identityLabel]: component, 'kubernetes.io/hostname': hostname },
            annotations: {
              ...metadata.annotations,
              'kubernetes.io/peer-advertise-address': peerAddress,
            },
          },
          spec: {
            ...(current?.['spec'] as object | undefined),
            holderIdentity: this.#holder,
            leaseDurationSeconds: durationSeconds,
            renewTime: microTime(nowMs),
          },
        };
        registry.trackServerWrite({ resource: store.resource, current, object });
        return object;
      },
      { ...internalUpdate, forceAllowCreate: true },
    );
  }

  async #collect(): Promise<void> {
    const { clock } = this.#options;
    const { items } = await this.#options.registry.storageOf('coordination.k8s.io', 'leases').list({
      namespace,
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continueToken: '',
    });
    for (const { object, revision } of items) {
      const { name = '', labels } = object.metadata;
      if (labels?.[identityLabel] !== component || !isExpired(object, clock.now())) continue;
      // One that was renewed meanwhile stays.
      await this.#delete(name, String(revision));
    }
  }

  async #delete(name: string, resourceVersion?: string): Promise<void> {
    try {
      await this.#store.delete(loopbackRequest(namespace, this.#options.clock.now()), name, {
        dryRun: false,
        validate: acceptObject,
        ...(resourceVersion === undefined ? {} : { preconditions: { resourceVersion } }),
      });
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  }
}

/** `apiserver-` and a hash of the host's name, in lower-case base32 (Kubernetes: `server/config.go`). */
export function identityOf(hostname: string): string {
  const parts = [hostname, component].map((text) => Buffer.from(text));
  const bytes = Buffer.concat(
    parts.flatMap((part) => [Buffer.from([part.byteLength >> 8, part.byteLength % 256]), part]),
  );
  return `apiserver-${base32(createHash('sha256').update(bytes).digest().subarray(0, 16))}`;
}

const base32Digits = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648, without padding. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => base32Digits[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

function isExpired(lease: KubeObject, nowMs: number): boolean {
  const { renewTime, leaseDurationSeconds } = (lease['spec'] ?? {}) as {
    renewTime?: string;
    leaseDurationSeconds?: number;
  };
  if (renewTime === undefined || leaseDurationSeconds === undefined) return true;
  return Date.parse(renewTime) + leaseDurationSeconds * 1000 < nowMs;
}

/** `2026-11-30T18:25:29.444000Z` */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
