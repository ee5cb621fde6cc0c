import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { certificatesOf } from '../authentication/peer-certificate.ts';
import type { RequestHeaderOptions } from '../authentication/request-header.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { isSame } from '../registry/generic/copy-object.ts';
import { ensure, internalUpdate, loopbackRequest } from './ensure-object.ts';

/** Who this server takes for users and front proxies. */
export interface ClientTrust {
  /** PEM. */
  clientCa?: string;
  requestHeader?: RequestHeaderOptions;
}

type Data = Record<string, string>;

const expiredForMs = 5 * 60 * 1000;

/**
 * What the ConfigMap says that tells other servers how to know clients of this cluster: what it said, and
 * what this server trusts, without expired certificates and without what is no part of it (Kubernetes:
 * `controller/clusterauthenticationtrust`). Throws an Error where what stands there cannot be read.
 */
export function combinedTrust(existing: Data, own: ClientTrust, nowMs: number): Data {
  const { clientCa = '', requestHeader } = own;
  const data: Data = {};
  const clients = combinedCertificates(existing['client-ca-file'], clientCa, nowMs);
  if (clients !== '') data['client-ca-file'] = clients;
  const proxyCa = requestHeader?.clientCa.toString() ?? '';
  const proxies = combinedCertificates(existing['requestheader-client-ca-file'], proxyCa, nowMs);
  if (proxies === '') return data;
  data['requestheader-client-ca-file'] = proxies;
  const lists = {
    'requestheader-username-headers': requestHeader?.usernameHeaders,
    'requestheader-uid-headers': requestHeader?.uidHeaders,
    'requestheader-group-headers': requestHeader?.groupHeaders,
    'requestheader-extra-headers-prefix': requestHeader?.extraHeadersPrefixes,
    'requestheader-allowed-names': requestHeader?.allowedNames,
  };
  for (const [key, values = []] of Object.entries(lists)) {
    const combined = [...new Set([...listOf(existing[key]), ...values])];
    if (combined.length > 0 || key !== 'requestheader-uid-headers') data[key] = JSON.stringify(combined);
  }
  return data;
}

function combinedCertificates(existing: string | undefined, own: string, nowMs: number): string {
  const certificates = [...certificatesOf(existing ?? ''), ...certificatesOf(own)]
    .map((text) => new X509Certificate(text))
    .filter(({ validTo }) => Date.parse(validTo) > nowMs - expiredForMs);
  return [...new Set(certificates.map((certificate) => certificate.toString()))].join('');
}

function listOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error(`${text} is no list`);
  return value.map(String);
}

/** Writes the ConfigMap where it says less, or something else. */
export async function ensureClientTrust(
  registry: BuiltRegistry,
  trust: ClientTrust,
  nowMs: number,
): Promise<void> {
  if (trust.clientCa === undefined && trust.requestHeader === undefined) return;
  const name = 'extension-apiserver-authentication';
  const wanted: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: combinedTrust({}, trust, nowMs),
  };
  const store = registry.storeOf('', 'configmaps');
  const track = registry.trackServerWrite;
  await ensure(structuredClone(wanted), { store, nowMs, track });
  await store.update(
    loopbackRequest('kube-system', nowMs),
    name,
    (current) => {
      const object = current ?? wanted;
      const data = combinedTrust((object['data'] ?? {}) as Data, trust, nowMs);
      if (isSame(object['data'], data)) return object;
      const next = { ...object, metadata: { ...object.metadata }, data };
      track({ resource: store.resource, current, object: next });
      return next;
    },
    internalUpdate,
  );
}
