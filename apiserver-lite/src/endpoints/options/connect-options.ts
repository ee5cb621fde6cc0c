import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { badRequest } from '../../api-errors/status-error.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { flag, text } from '../../http/query.ts';

type Read = (query: URLSearchParams, name: string) => unknown;

const streams: Readonly<Record<string, Read>> = {
  stdin: flag,
  stdout: flag,
  stderr: flag,
  tty: flag,
  container: text,
};

/** The fields of the options by their kind; those of proxies have the rest of the path only. */
const fieldsOf: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  PodAttachOptions: streams,
  PodExecOptions: { ...streams, command: (query, name) => query.getAll(name) },
  PodPortForwardOptions: {
    ports: (query, name) => query.getAll(name).flatMap((ports) => ports.split(',').map(portOf)),
  },
};

/**
 * What a connection is made with, as an object of the subresource's kind: `PodExecOptions` and its like
 * (Kubernetes: `rest.Connecter.NewConnectOptions`). Throws 400 for values that cannot be read.
 */
export function readConnectOptions(context: RequestContext, gvk: GroupVersionKind): KubeObject {
  const { requestInfo, url } = context;
  // Options have no metadata.
  const options = { apiVersion: gvk.version, kind: gvk.kind } as KubeObject;
  const fields = fieldsOf[gvk.kind];
  if (fields === undefined) {
    const path = suffixOf(requestInfo);
    return path === '' ? options : { ...options, path };
  }
  for (const [name, read] of Object.entries(fields)) {
    if (!url.searchParams.has(name)) continue;
    const value = read(url.searchParams, name);
    if (value !== '' && value !== false) options[name] = value;
  }
  return options;
}

/** A port as Go's `strconv.ParseUint` reads 16 bits. */
function portOf(value: string): number {
  const refuse = (why: string) =>
    badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${goQuote(value)}: ${why}`);
  if (!/^\d+$/.test(value)) throw refuse('invalid syntax');
  const port = Number(value);
  if (port > 65_535) throw refuse('value out of range');
  return port;
}

/** The path below the subresource, with the slash that the request ends with. */
function suffixOf({ parts, path }: RequestContext['requestInfo']): string {
  const rest = parts.slice(3).join('/');
  const suffix = rest === '' || rest.startsWith('/') ? rest : `/${rest}`;
  return path.endsWith('/') && !suffix.endsWith('/') ? `${suffix}/` : suffix;
}
