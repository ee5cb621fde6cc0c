import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '../../../controllers/src/runtime/client/client.ts';
import {
  type ConfigMap,
  configMaps,
  type Pod,
  secrets,
  serviceAccounts,
} from '../../../controllers/src/runtime/client/resource.ts';
import { fieldOf } from './pod-field.ts';

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];
type Projected = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
type Items = readonly { readonly key: string; readonly path: string }[] | undefined;
/** Contents by path below the volume. */
type Files = Map<string, string | Buffer>;

/**
 * Writes the files of a Pod's volumes, each volume into a folder of its name: those of Secrets, ConfigMaps,
 * the downward API and tokens. All others begin empty. Files stay as they were written.
 */
export async function writeVolumes(pod: Pod, folder: string, client: Client): Promise<void> {
  for (const volume of pod.spec?.volumes ?? []) {
    const root = join(folder, volume.name);
    await mkdir(root, { recursive: true });
    for (const [path, content] of await filesOf(pod, volume, client)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
}

async function filesOf(pod: Pod, volume: Volume, client: Client): Promise<Files> {
  const { secret, configMap, downwardAPI, projected } = volume;
  if (secret !== undefined) {
    const { secretName = '', items, optional } = secret;
    return sourceFiles(pod, { secret: { name: secretName, items, optional } } as Projected, client);
  }
  if (configMap !== undefined) return sourceFiles(pod, { configMap }, client);
  if (downwardAPI !== undefined) return sourceFiles(pod, { downwardAPI }, client);
  const files: Files = new Map();
  for (const source of projected?.sources ?? []) {
    for (const [path, content] of await sourceFiles(pod, source, client)) files.set(path, content);
  }
  return files;
}

async function sourceFiles(pod: Pod, source: Projected, client: Client): Promise<Files> {
  const { namespace } = pod.metadata;
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  const unlessOptional = (optional: boolean | undefined) => (error: unknown) => {
    if (optional !== true) throw error;
    return undefined;
  };
  if (secret !== undefined) {
    const found = await client
      .get(secrets, { namespace, name: secret.name ?? '' })
      .catch(unlessOptional(secret.optional));
    const data = Object.entries(found?.data ?? {});
    return chosen(new Map(data.map(([key, text]) => [key, Buffer.from(text, 'base64')])), secret.items);
  }
  if (configMap !== undefined) {
    const found = await client
      .get<ConfigMap>(configMaps, { namespace, name: configMap.name ?? '' })
      .catch(unlessOptional(configMap.optional));
    const files: Files = new Map(Object.entries(found?.data ?? {}));
    for (const [key, text] of Object.entries(found?.binaryData ?? {}))
      files.set(key, Buffer.from(text, 'base64'));
    return chosen(files, configMap.items);
  }
  if (serviceAccountToken !== undefined) {
    const { audience, expirationSeconds = 3600, path } = serviceAccountToken;
    return new Map([[path, await tokenOf(pod, client, { audience, expirationSeconds })]]);
  }
  return new Map(
    (downwardAPI?.items ?? []).map(({ path, fieldRef }) => [path, fieldOf(pod, fieldRef?.fieldPath ?? '')]),
  );
}

/** A token of the Pod's account that is bound to the Pod, as a kubelet asks for it. */
async function tokenOf(
  pod: Pod,
  client: Client,
  { audience, expirationSeconds }: { audience: string | undefined; expirationSeconds: number },
): Promise<string> {
  const { namespace, name = '', uid = '' } = pod.metadata;
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: {
      ...(audience === undefined ? {} : { audiences: [audience] }),
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  };
  const ref = { namespace, name: pod.spec?.serviceAccountName || 'default', subresource: 'token' };
  const answer = await client.createSubresource(serviceAccounts, ref, request);
  return (answer as { status: { token: string } }).status.token;
}

/** All files under their keys, or those of the items under their paths. */
function chosen(files: Files, items: Items): Files {
  if (items === undefined) return files;
  return new Map(
    items.flatMap(({ key, path }) => {
      const content = files.get(key);
      return content === undefined ? [] : [[path, content] as const];
    }),
  );
}
