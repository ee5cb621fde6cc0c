import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../../controllers/src/runtime/client/client.ts';
import { configMaps, type Pod, secrets } from '../../../controllers/src/runtime/client/resource.ts';
import { containerCommand, type Variable, withReferences } from './container-command.ts';
import { type HostImages, imageOf } from './images.ts';
import { fieldOf } from './pod-field.ts';
import type { HostPort, PodNetwork } from './pod-network.ts';
import { PodProcess } from './pod-process.ts';
import { writeVolumes } from './pod-volumes.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

/** What Pods are run with. */
export interface HostPodOptions {
  readonly images: HostImages;
  readonly network: PodNetwork;
  readonly client: Client;
  /** The address of the API server's Service. */
  readonly service: HostPort;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The programs of one Pod's containers, as far as the images are here. */
export class HostPod {
  readonly #pod: Pod;
  readonly #options: HostPodOptions;
  readonly #folder: string;
  readonly #processes = new Map<string, PodProcess>();
  #isGone = false;

  private constructor(pod: Pod, options: HostPodOptions, folder: string) {
    this.#pod = pod;
    this.#options = options;
    this.#folder = folder;
  }

  /** Whether a Pod has a program that can be run, and an address of its own. */
  static canRun(pod: Pod, images: HostImages): boolean {
    const { hostNetwork = false, containers = [] } = pod.spec ?? {};
    return (
      !hostNetwork &&
      pod.status?.podIP !== undefined &&
      containers.some(({ image = '' }) => imageOf(images, image) !== undefined)
    );
  }

  static async start(pod: Pod, options: HostPodOptions): Promise<HostPod> {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-pod-'));
    const started = new HostPod(pod, options, folder);
    try {
      await started.#begin();
    } catch (error) {
      await started.end(0);
      throw error;
    }
    return started;
  }

  /** The last output of each container. */
  get output(): string {
    return [...this.#processes]
      .map(([name, process]) => `${this.#pod.metadata.name}/${name}:\n${process.output}`)
      .join('\n');
  }

  /** Ends the programs, with the grace that they have for it, and removes what they had. May be repeated. */
  async end(graceMs: number): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.end(graceMs)));
    if (this.#isGone) return;
    this.#isGone = true;
    await this.#options.network.detach(this.#pod.status?.podIP ?? '');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const { network, client } = this.#options;
    const volumes = join(this.#folder, 'volumes');
    await writeVolumes(this.#pod, volumes, client);
    const namespace = await network.attach(this.#pod.status?.podIP ?? '');
    for (const container of this.#pod.spec?.containers ?? []) await this.#run(container, namespace);
  }

  async #run(container: Container, network: string): Promise<void> {
    const image = imageOf(this.#options.images, container.image ?? '');
    if (image === undefined) return;
    const root = join(this.#folder, 'containers', container.name);
    await mkdir(root, { recursive: true });
    const env = await this.#variables(container);
    const { restartPolicy = 'Always', hostname } = this.#pod.spec ?? {};
    const process = await PodProcess.start({
      network,
      hostname: hostname ?? this.#pod.metadata.name ?? '',
      root,
      mounts: [
        { from: image.program, to: image.path, isFile: true },
        { from: '/dev', to: '/dev' },
        ...(container.volumeMounts ?? []).map(({ name, mountPath }) => ({
          from: join(this.#folder, 'volumes', name),
          to: mountPath,
        })),
      ],
      env,
      command: containerCommand(container, image, env),
      restarts: (code) => restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && code !== 0),
    });
    this.#processes.set(container.name, process);
  }

  /** Later ones win, and may refer to earlier ones. */
  async #variables({ env = [], envFrom = [] }: Container): Promise<Variable[]> {
    const { service } = this.#options;
    const values = new Map<string, string>([
      ['PATH', defaultPath],
      ['HOSTNAME', this.#pod.metadata.name ?? ''],
      ['KUBERNETES_SERVICE_HOST', service.host],
      ['KUBERNETES_SERVICE_PORT', String(service.port)],
      ['KUBERNETES_SERVICE_PORT_HTTPS', String(service.port)],
    ]);
    for (const { configMapRef, secretRef, prefix = '' } of envFrom) {
      const data = await (configMapRef === undefined
        ? this.#secret(secretRef?.name)
        : this.#configMap(configMapRef.name));
      for (const [name, value] of Object.entries(data)) values.set(prefix + name, value);
    }
    for (const { name, value = '', valueFrom } of env) {
      const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom ?? {};
      if (fieldRef !== undefined) values.set(name, fieldOf(this.#pod, fieldRef.fieldPath));
      else if (configMapKeyRef !== undefined) {
        values.set(name, (await this.#configMap(configMapKeyRef.name))[configMapKeyRef.key] ?? '');
      } else if (secretKeyRef !== undefined) {
        values.set(name, (await this.#secret(secretKeyRef.name))[secretKeyRef.key] ?? '');
      } else values.set(name, withReferences(value, values));
    }
    return [...values];
  }

  async #configMap(name = ''): Promise<Record<string, string>> {
    const { namespace } = this.#pod.metadata;
    return (await this.#options.client.get(configMaps, { namespace, name })).data ?? {};
  }

  async #secret(name = ''): Promise<Record<string, string>> {
    const { namespace } = this.#pod.metadata;
    const { data = {} } = await this.#options.client.get(secrets, { namespace, name });
    return Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    );
  }
}
