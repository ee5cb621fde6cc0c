import { hostname } from 'node:os';
import type { Admission } from '../admission/chain.ts';
import type { ApiserverOptions } from '../apiserver-options.ts';
import { followObjects } from '../authorization/follow-objects.ts';
import { nodeResources } from '../authorization/node/node-index.ts';
import { rbacGroupResources } from '../authorization/rbac-objects.ts';
import { ApiServiceRegistration } from '../bootstrap/api-service-registration.ts';
import { ensureBootstrapObjects } from '../bootstrap/bootstrap-objects.ts';
import { type ClientTrust, ensureClientTrust } from '../bootstrap/client-trust.ts';
import { IdentityLease } from '../bootstrap/identity-lease.ts';
import { keepApiServiceConditions, keepFlowSchemaConditions } from '../bootstrap/keep-conditions.ts';
import { KubernetesEndpoints } from '../bootstrap/kubernetes-endpoints.ts';
import { reconcilePolicy } from '../bootstrap/rbac-policy/reconcile.ts';
import { registryPolicyStore } from '../bootstrap/rbac-policy/registry-policy-store.ts';
import type { FlowController } from '../flow-control/flow-controller.ts';
import type { BuiltRegistry } from '../registry/build-registry.ts';
import { parseServiceRanges } from '../registry/core/service/allocation/ip-range.ts';
import { systemClock } from '../storage/clock.ts';
import { PostStartHooks } from '../server/post-start-hooks.ts';
import type { AggregationStage } from './aggregation-stage.ts';
import type { AuthorizationStage } from './authorization-stage.ts';
import type { DefinitionsStage } from './definitions-stage.ts';
import { given } from './given.ts';
import type { ServingAddress } from './serving-address.ts';
import type { StorageStage } from './storage-stage.ts';

/** What the hooks work on. */
export interface HooksStageParts {
  registry: BuiltRegistry;
  storage: StorageStage;
  authorization: AuthorizationStage;
  aggregation: AggregationStage;
  address: ServingAddress;
  definitions: DefinitionsStage;
  admission: Admission;
  /** Undefined where priority and fairness is off. */
  fairness: FlowController | undefined;
  /** Aborted when the server closes. */
  closing: AbortSignal;
}

/** What runs once the server listens. */
export interface HooksStage {
  readonly hooks: PostStartHooks;
  /**
   * Takes this server's address out of the endpoints of the `kubernetes` Service, if it was written, and
   * deletes its identity lease.
   */
  withdraw(): Promise<void>;
}

/**
 * The post-start hooks, by kube-apiserver's names; each name says what is true here once the hook is
 * finished.
 */
export function hooksStage(options: ApiserverOptions, parts: HooksStageParts): HooksStage {
  const { registry, storage, address, definitions, closing } = parts;
  const { log } = options;
  const hooks = new PostStartHooks({ log, signal: closing });
  const apiServices = new ApiServiceRegistration({
    registry,
    defined: definitions.versions,
    now: Date.now,
    clock: systemClock,
    log,
    signal: closing,
  });
  let endpoints: KubernetesEndpoints | undefined;
  hooks.add('generic-apiserver-start-informers', async () => {
    await Promise.all([followAuthorizationObjects(parts), parts.admission.start()]);
  });
  let served: Promise<void> | undefined;
  const serveDefinitions = () => (served ??= definitions.serve());
  hooks.add('start-apiextensions-informers', serveDefinitions);
  hooks.add('crd-informer-synced', serveDefinitions);
  hooks.add('start-apiextensions-controllers', async () => {
    await serveDefinitions();
    definitions.startControllers();
  });
  hooks.add('bootstrap-controller', async () => {
    await writeBootstrapObjects(options, parts);
    apiServices.start();
    if (options.writesEndpoints === false) return;
    endpoints ??= new KubernetesEndpoints({
      registry,
      storageFactory: (resource) => storage.factory.forResource(resource),
      address: address.advertised,
      securePort: address.port,
      clock: Date.now,
      log,
    });
    await endpoints.start();
  });
  hooks.add('rbac/bootstrap-roles', async () => {
    const { created, updated } = await reconcilePolicy(registryPolicyStore(registry), {
      controllersShareOneIdentity: options.controllersShareOneIdentity ?? false,
    });
    if (created + updated > 0) log.info({ created, updated }, 'wrote the bootstrap policy');
  });
  hooks.add('start-cluster-authentication-info-controller', async () => keepClientTrust(options, parts));
  let lease: IdentityLease | undefined;
  hooks.add('start-kube-apiserver-identity-lease-controller', async () => {
    lease ??= new IdentityLease({
      registry,
      hostname: hostname(),
      peerAddress: `${address.advertised}:${address.port}`,
      clock: systemClock,
      random: Math.random,
      log,
    });
    await lease.start();
  });
  hooks.add('start-kube-apiserver-identity-lease-garbage-collector', async () => lease?.startCollecting());
  const keeping = {
    registry,
    informers: storage.informers,
    now: Date.now,
    clock: systemClock,
    log,
    signal: closing,
  };
  hooks.add('priority-and-fairness-config-consumer', async () => {
    await Promise.all([keepFlowSchemaConditions(keeping), followFlowControl(parts)]);
  });
  const { aggregation } = parts;
  hooks.add('start-kube-aggregator-informers', () => aggregation.follow());
  hooks.add('apiservice-status-local-available-controller', () =>
    keepApiServiceConditions(keeping, aggregation.availability),
  );
  return {
    hooks,
    async withdraw() {
      await Promise.all([endpoints?.stop(), lease?.stop()]);
    },
  };
}

async function writeBootstrapObjects(
  options: ApiserverOptions,
  { registry, address }: HooksStageParts,
): Promise<void> {
  const { serviceClusterIpRange = '10.96.0.0/12' } = options;
  await ensureBootstrapObjects({
    registry,
    clock: Date.now,
    serviceRanges: parseServiceRanges(serviceClusterIpRange),
    securePort: address.port,
    trust: trustOf(options),
  });
}

function trustOf({ clientCa, requestHeader }: ApiserverOptions): ClientTrust {
  return given({ clientCa: clientCa?.toString(), requestHeader });
}

const trustIntervalMs = 60_000;

/** Writes what others trust once more after somebody changed or deleted it. */
function keepClientTrust(
  options: ApiserverOptions,
  { registry, closing }: Pick<HooksStageParts, 'registry' | 'closing'>,
): void {
  const trust = trustOf(options);
  if (Object.keys(trust).length === 0) return;
  const timer = setInterval(() => {
    ensureClientTrust(registry, trust, Date.now()).catch((error: unknown) => {
      if (!closing.aborted) options.log.warn({ err: error }, 'could not write what clients are known by');
    });
  }, trustIntervalMs);
  timer.unref();
  closing.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Obeys FlowSchemas and PriorityLevelConfigurations as they change, until the server closes. */
async function followFlowControl({
  fairness,
  storage: { informers },
  closing,
}: HooksStageParts): Promise<void> {
  if (fairness === undefined) return;
  const group = 'flowcontrol.apiserver.k8s.io';
  await followObjects({
    informers,
    // Levels before schemas: a schema without its level is passed over.
    resources: [
      { group, resource: 'prioritylevelconfigurations' },
      { group, resource: 'flowschemas' },
    ],
    index: fairness,
  });
  if (closing.aborted) return;
  fairness.start();
  closing.addEventListener('abort', () => fairness.stop(), { once: true });
}

/** Loads what authorizers look up, and keeps following it until the informers are closed. */
async function followAuthorizationObjects({
  storage: { informers },
  authorization: { rbac, nodes },
}: HooksStageParts): Promise<void> {
  await Promise.all([
    followObjects({ informers, resources: rbacGroupResources, index: rbac }),
    nodes && followObjects({ informers, resources: nodeResources, index: nodes }),
  ]);
}
