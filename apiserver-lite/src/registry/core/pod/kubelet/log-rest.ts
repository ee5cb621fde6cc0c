import type { IncomingMessage } from 'node:http';
import { drained } from '../../../../http/drained.ts';
import type { RequestContext } from '../../../../http/request-context.ts';
import { openWebSocket, opensWebSocket } from '../../../../http/web-socket.ts';
import { badRequest, internalError, StatusError } from '../../../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../../../storage/storage.ts';
import type { GenericStore } from '../../../generic/generic-store.ts';
import { storeRequest } from '../../../generic/store-rest.ts';
import type { Pod } from '../pod.ts';
import { containerOf } from './container-of.ts';
import type { KubeletClient, NodeWithEndpoint } from './kubelet-client.ts';
import { podLogOptions } from './log-options.ts';

export interface LogRestOptions {
  pods: GenericStore;
  nodes: ResourceStorage;
  kubelet: KubeletClient;
  clock: () => number;
}

const longestRefusalBytes = 10 * 1024 * 1024;

/**
 * `pods/log`: what the kubelet of the Pod's node answers at `/containerLogs/NAMESPACE/POD/CONTAINER`, handed
 * through as it comes (Kubernetes: `registry/core/pod.LogLocation`). A Pod without a node has no log: 204.
 */
export function readLog({ pods, nodes, kubelet, clock }: LogRestOptions) {
  return async (context: RequestContext, name: string): Promise<void> => {
    const { signal } = context;
    const { response } = context;
    const options = podLogOptions(name, context.url.searchParams);
    const request = storeRequest(context, clock, false);
    const { object } = await pods.get(request, name, '0');
    const pod = object as Pod;
    const container = containerOf(pod, options.container);
    const { nodeName } = pod.spec;
    if (!nodeName) {
      response.statusCode = 204;
      response.end();
      return;
    }
    const node = (await nodes.get({ namespace: '', name: nodeName }, '0')).object as NodeWithEndpoint;
    const path = ['', 'containerLogs', request.namespace, name, container].map(encodeURIComponent).join('/');
    const search = options.query.size === 0 ? '' : `?${options.query}`;
    const answer = await kubelet.get(kubelet.urlOf(node, `${path}${search}`), {
      signal,
      skipTlsVerify: options.insecureSkipTLSVerifyBackend,
    });
    const { statusCode = 500 } = answer;
    if (statusCode < 200 || statusCode > 206) throw refusal(statusCode, await textOf(answer), name);
    if (opensWebSocket(context)) {
      await sendByWebSocket(context, answer);
      return;
    }
    response.statusCode = 200;
    response.setHeader('content-type', 'text/plain');
    // A client that follows gets the headers at once.
    if (options.follow) response.flushHeaders();
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (!response.write(chunk)) await drained(response, signal);
        if (signal.aborted) break;
      }
      response.end();
    } catch {
      // Either side went away in the middle; the other one knows by now.
      response.destroy();
    }
  };
}

/** A message is as large as the buffer of kube-apiserver (`wsstream.Reader`). */
const messageBytes = 2048;
const base64Protocol = 'base64.binary.k8s.io';

/** As messages, after an empty one that says that it begins (Kubernetes: `responsewriters.StreamObject`). */
async function sendByWebSocket(context: RequestContext, answer: IncomingMessage): Promise<void> {
  const socket = openWebSocket(context, { protocols: ['', 'binary.k8s.io', base64Protocol] });
  if (socket === undefined) {
    answer.destroy();
    return;
  }
  const send = (bytes: Buffer): Promise<void> =>
    socket.send(socket.protocol === base64Protocol ? bytes.toString('base64') : bytes, context.signal);
  try {
    await send(Buffer.alloc(0));
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      for (let start = 0; start < chunk.length && !context.signal.aborted; start += messageBytes)
        await send(chunk.subarray(start, start + messageBytes));
    }
  } catch {
    // The kubelet went away, or the client: the other one will know now.
  }
  socket.close();
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= longestRefusalBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, longestRefusalBytes).toString();
}

const refusals: Readonly<Record<number, readonly ['Unauthorized' | 'Forbidden' | 'NotFound', string]>> = {
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', ''],
  404: ['NotFound', 'the server could not find the requested resource'],
};

/** Kubernetes: `registry/generic/rest.GenericHttpResponseChecker`. */
function refusal(code: number, text: string, name: string): StatusError {
  if (code === 500) return internalError(new Error(text));
  if (code === 400) return badRequest(text);
  const [reason, words] = refusals[code] ?? [
    'Unknown' as const,
    'an error on the server has prevented the request from succeeding',
  ];
  // The verb is not known there, hence the space.
  const message = `${words || text} ( pods/log ${name})`;
  return new StatusError(code, reason, message, { name, kind: 'pods/log' });
}
