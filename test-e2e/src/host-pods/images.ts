import { obtainAgnhost } from '../clients/agnhost.ts';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainSampleApiserver } from '../clients/sample-apiserver.ts';

/** What of an image is here: its one program, which needs no other file. */
export interface HostImage {
  /** The program on this machine. */
  readonly program: string;
  /** Its path in the image. */
  readonly path: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/** Images by the last part of their names, without the tag. */
export type HostImages = ReadonlyMap<string, HostImage>;

/**
 * The images of Kubernetes' conformance specs whose programs can be built here, or why they cannot. The
 * sample server is of this Kubernetes version, not of the older one that the image has.
 */
export async function obtainImages(): Promise<
  { readonly images: HostImages; readonly missing?: undefined } | { readonly missing: string }
> {
  const agnhost = await obtainAgnhost();
  const sample = await obtainSampleApiserver();
  const etcd = await obtainCurrentEtcd();
  if (agnhost.missing !== undefined) return agnhost;
  if (sample.missing !== undefined) return sample;
  if (etcd.missing !== undefined) return etcd;
  const image = (program: string, path: string, command: readonly string[] = []): HostImage => ({
    program,
    path,
    entrypoint: [path],
    command,
  });
  return {
    images: new Map([
      ['agnhost', image(agnhost.paths.agnhost, '/agnhost', ['pause'])],
      ['sample-apiserver', image(sample.paths['sample-apiserver'], '/kube-sample-apiserver')],
      ['etcd', image(etcd.paths.etcd, '/usr/local/bin/etcd')],
    ]),
  };
}

/** The image of a container, where its program is here. */
export function imageOf(images: HostImages, name: string): HostImage | undefined {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return images.get(last.replace(/[:@].*$/, ''));
}
