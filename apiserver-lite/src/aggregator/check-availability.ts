import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { UserInfo } from '../http/request-context.ts';
import type { FollowedServices, FollowedSlice } from '../outgoing/service-resolver.ts';
import { isReady } from '../outgoing/service-resolver.ts';
import type { NetworkAddress, ServiceReference } from '../outgoing/service-resolver.ts';
import type { Availability } from '../registry/apiregistration/api-service/availability.ts';
import { pathOf, type RemoteEntry } from './api-service.ts';
import { type ExtensionServers, hostText } from './extension-server.ts';

/** What an APIService is judged by. */
export interface AvailabilityParts {
  servers: ExtensionServers;
  followed: FollowedServices;
  resolve(service: ServiceReference): Promise<NetworkAddress>;
}

/** The aggregator, as servers behind APIServices see it. */
export const aggregatorUser: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };

/** How often a server is asked at once, and for how long: it may be one of several behind the Service. */
const attempts = 5;
const timeoutMs = 5000;

/**
 * Whether the server behind an APIService can be used: its Service is there and has endpoints, and it answers
 * for its version (kube-aggregator: `status/remote`).
 */
export async function checkAvailability(entry: RemoteEntry, parts: AvailabilityParts): Promise<Availability> {
  const unusable = serviceProblem(entry, parts.followed);
  if (unusable !== undefined) return unusable;
  const asked = Array.from({ length: attempts }, () => askForVersion(entry, parts));
  let problem = '';
  for (const answer of asked) {
    const result = await answer;
    if (result === undefined) return { status: 'True', reason: 'Passed', message: 'all checks passed' };
    problem = result;
  }
  return { status: 'False', reason: 'FailedDiscoveryCheck', message: problem };
}

function serviceProblem({ remote }: RemoteEntry, followed: FollowedServices): Availability | undefined {
  const { namespace, name, port } = remote.service;
  const about = `service/${name} in ${goQuote(namespace)}`;
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  const service = followed.service(namespace, name);
  if (service === undefined) return no('ServiceNotFound', `${about} is not present`);
  if ((service.spec?.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const found = service.spec?.ports?.find((each) => each.port === port);
  if (found === undefined) return no('ServicePortError', `${about} is not listening on port ${port}`);
  const slices = followed.slices(namespace, name);
  if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${about}`);
  const portName = found.name ?? '';
  if (slices.some((slice) => hasEndpoint(slice, portName))) return undefined;
  const why = `have no addresses with port name ${goQuote(portName)}`;
  return no('MissingEndpoints', `endpointslices for ${about} ${why}`);
}

function hasEndpoint({ endpoints, ports }: FollowedSlice, portName: string): boolean {
  return (
    (endpoints ?? []).some((endpoint) => isReady(endpoint)) &&
    (ports ?? []).some(({ name = '', port }) => name === portName && port !== undefined)
  );
}

/** What is wrong with the answer; undefined where it is right. */
async function askForVersion(
  entry: RemoteEntry,
  { servers, resolve }: AvailabilityParts,
): Promise<string | undefined> {
  let address: NetworkAddress;
  try {
    address = await resolve(entry.remote.service);
  } catch (error) {
    return (error as Error).message;
  }
  const url = `https://${hostText(address)}${pathOf(entry)}`;
  const failed = (why: string): string => `failing or missing response from ${url}: ${why}`;
  try {
    const { code } = await servers.get(entry.remote, pathOf(entry), {
      user: aggregatorUser,
      timeoutMs,
      address,
    });
    return code >= 200 && code < 300 ? undefined : failed(`bad status from ${url}: ${code}`);
  } catch (error) {
    const { message } = error as Error;
    const why =
      message === 'context deadline exceeded'
        ? `${message} (Client.Timeout exceeded while awaiting headers)`
        : message;
    return failed(`Get ${goQuote(url)}: ${why}`);
  }
}
