import type { Codec } from '../etcdserverpb/codec/codec.ts';
import { serverStreamMethods, streamMethods, unaryMethods } from './methods.ts';
import type { Services } from './services.ts';

/** A method of any kind, for those who ask what there is. */
export interface MethodDescription {
  /** `/etcdserverpb.KV/Txn` */
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  readonly streamsRequests: boolean;
  readonly streamsResponses: boolean;
}

/** Every method of these services. */
export function allMethods(services: Services): MethodDescription[] {
  const describe = (
    { path, request, response }: Pick<MethodDescription, 'path' | 'request' | 'response'>,
    streamsRequests: boolean,
    streamsResponses: boolean,
  ): MethodDescription => ({ path, request, response, streamsRequests, streamsResponses });
  const bidirectional = Object.values(streamMethods) as unknown as MethodDescription[];
  return [
    ...unaryMethods(services).map((method) => describe(method, false, false)),
    ...serverStreamMethods(services).map((method) => describe(method, false, true)),
    ...bidirectional.map((method) => describe(method, true, true)),
  ];
}
