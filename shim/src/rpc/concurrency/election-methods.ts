import * as electionpb from '../../etcdserverpb/messages/election-messages.ts';
import { unauthenticated } from '../authorization/access.ts';
import { type MethodTable, serverStream, unary } from '../methods/method.ts';

/**
 * etcd's Election service. It reads and changes keys as its caller may: those operations are what is
 * authorized.
 */
export const electionMethods = {
  '/v3electionpb.Election/Campaign': unary({
    request: electionpb.campaignRequest,
    response: electionpb.campaignResponse,
    waits: true,
    access: unauthenticated,
    call: ({ as }, request, { sender }, signal) => as(sender).election.campaign(request, signal),
  }),
  '/v3electionpb.Election/Proclaim': unary({
    request: electionpb.proclaimRequest,
    response: electionpb.proclaimResponse,
    access: unauthenticated,
    call: ({ as }, request, { sender }) => as(sender).election.proclaim(request),
  }),
  '/v3electionpb.Election/Leader': unary({
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    access: unauthenticated,
    call: ({ as }, request, { sender }) => as(sender).election.leader(request),
  }),
  '/v3electionpb.Election/Observe': serverStream({
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    access: unauthenticated,
    call: ({ as }, request, { sender }, signal) => as(sender).election.observe(request, signal),
  }),
  '/v3electionpb.Election/Resign': unary({
    request: electionpb.resignRequest,
    response: electionpb.resignResponse,
    access: unauthenticated,
    call: ({ as }, request, { sender }) => as(sender).election.resign(request),
  }),
} as const satisfies MethodTable;
