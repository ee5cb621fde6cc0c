import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import { authMethods } from '../auth/auth-methods.ts';
import { clusterMethods } from '../cluster/cluster-methods.ts';
import { electionMethods } from '../concurrency/election-methods.ts';
import { lockMethods } from '../concurrency/lock-methods.ts';
import { healthMethods } from '../health/health-methods.ts';
import { kvMethods } from '../kv/kv-methods.ts';
import { leaseMethods } from '../lease/lease-methods.ts';
import { maintenanceMethods } from '../maintenance/maintenance-methods.ts';
import { reflectionMethods } from '../reflection/reflection-methods.ts';
import { watchMethods } from '../watch/watch-methods.ts';
import type { MethodTable } from './method.ts';

/** Every method of this server by its gRPC path, each with its messages and with who may call it. */
export const methods = {
  ...kvMethods,
  ...watchMethods,
  ...leaseMethods,
  ...clusterMethods,
  ...maintenanceMethods,
  ...authMethods,
  ...lockMethods,
  ...electionMethods,
  ...healthMethods,
  ...reflectionMethods,
} as const satisfies MethodTable;

type Methods = typeof methods;

/** The path of a method of that kind, e.g. `/etcdserverpb.KV/Txn`. */
export type PathOf<Kind extends Methods[keyof Methods]['kind']> = {
  [Path in keyof Methods]: Methods[Path]['kind'] extends Kind ? Path : never;
}[keyof Methods];

/** What a client of the method at that path sends. */
export type RequestOf<Path extends keyof Methods> =
  Methods[Path]['request'] extends Codec<infer Request> ? Request : never;

/** What the method at that path answers; a stream answers many of them. */
export type ResponseOf<Path extends keyof Methods> =
  Methods[Path]['response'] extends Codec<infer Response> ? Response : never;

/**
 * A method of any kind, for what is made of the list of methods: reflection, the JSON gateway, checks of
 * paths.
 */
export interface MethodDescription {
  /** `/etcdserverpb.KV/Txn` */
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  readonly streamsRequests: boolean;
  readonly streamsResponses: boolean;
}

/** All of `methods`, in their order. */
export const methodDescriptions: readonly MethodDescription[] = Object.entries<Methods[keyof Methods]>(
  methods,
).map(([path, { kind, request, response }]) => ({
  path,
  request: request as Codec<unknown>,
  response: response as Codec<unknown>,
  streamsRequests: kind === 'bidirectional',
  streamsResponses: kind !== 'unary',
}));
