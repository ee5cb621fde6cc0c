/** What a conformance spec needs that pg8s does not have (yet). */
export const needs = {
  containers:
    'reads files, variables, output or exit codes of real containers, or runs commands in them; nodes are simulated',
  images: 'needs an image that cannot be pulled; simulated nodes pull every image',
  network: 'sends packets between Pods, nodes and Services; nothing carries them',
  proxy: 'calls Pods and Services through the API server, which does not connect to them',
  servers: 'calls a server that runs in a Pod: run where root may make networks',
  priority: 'waits for Pods that the scheduler should preempt',
  replicationController: 'the controller of ReplicationControllers is not there',
  daemonSet: 'the controller of DaemonSets is not there',
  statefulSet: 'the controller of StatefulSets is not there',
  job: 'the controller of Jobs is not there',
  cronJob: 'the controller of CronJobs is not there',
  endpoints: 'the controllers of Endpoints and EndpointSlices are not there',
} as const;

/** A conformance spec that does not pass. */
export interface WaitingSpec {
  /** Of the whole name of a spec. */
  spec: RegExp;
  needs: keyof typeof needs;
  /** It fails soon, and is run nevertheless: the run fails when it passes. */
  isRun?: true;
}

/**
 * The specs that are known not to pass, all others must. Those that would wait for minutes are not run. An
 * entry that matches no spec, or one that another entry matches, is an error.
 */
export const waitingSpecs: readonly WaitingSpec[] = [
  // api-machinery
  { spec: /Garbage collector .*\b(rc|owner that's)\b/, needs: 'replicationController' },
  // apps
  { spec: /^\[sig-apps\] ControllerRevision /, needs: 'daemonSet' },
  { spec: /^\[sig-apps\] CronJob should (not|replace|schedule)/, needs: 'cronJob' },
  { spec: /^\[sig-apps\] Daemon set /, needs: 'daemonSet' },
  { spec: /^\[sig-apps\] Job /, needs: 'job' },
  { spec: /^\[sig-apps\] ReplicationController /, needs: 'replicationController' },
  { spec: /Deployment deployment should support proportional scaling/, needs: 'images' },
  { spec: /ReplicaSet should serve a basic image on each replica/, needs: 'proxy' },
  { spec: /^\[sig-apps\] StatefulSet /, needs: 'statefulSet' },
  // auth
  { spec: /ServiceAccounts ServiceAccountIssuerDiscovery /, needs: 'containers' },
  { spec: /ServiceAccounts should mount an API token into pods/, needs: 'containers', isRun: true },
  { spec: /ServiceAccounts should mount projected service account token/, needs: 'containers' },
  // cli
  { spec: /Kubectl client Guestbook application/, needs: 'network' },
  { spec: /Kubectl client Update Demo/, needs: 'replicationController' },
  { spec: /Kubectl client Kubectl (describe|expose|patch) .*\brc\b/, needs: 'replicationController' },
  { spec: /^\[sig-cli\] Kubectl logs /, needs: 'containers' },
  // network
  { spec: /^\[sig-network\] DNS /, needs: 'network' },
  { spec: /^\[sig-network\] EndpointsController /, needs: 'endpoints' },
  { spec: /^\[sig-network\] EndpointSlice should create /, needs: 'endpoints' },
  { spec: /^\[sig-network\] EndpointSlice should support a Service/, needs: 'network' },
  { spec: /^\[sig-network\] EndpointSliceMirroring /, needs: 'endpoints' },
  { spec: /^\[sig-network\] HostPort /, needs: 'network' },
  { spec: /^\[sig-network\] Networking Granular Checks/, needs: 'network' },
  { spec: /^\[sig-network\] Proxy /, needs: 'proxy' },
  { spec: /^\[sig-network\] Service endpoints latency/, needs: 'endpoints' },
  { spec: /^\[sig-network\] Services should serve /, needs: 'endpoints' },
  { spec: /^\[sig-network\] Services should (be able to|have session affinity)/, needs: 'network' },
  // node
  { spec: /^\[sig-node\] (ConfigMap|Secrets) should be consumable/, needs: 'containers' },
  { spec: /^\[sig-node\] Container Lifecycle Hook /, needs: 'containers' },
  { spec: /Container Runtime .* report termination message (from|if)/, needs: 'containers' },
  { spec: /Container Runtime .* should run with the expected status/, needs: 'containers' },
  { spec: /^\[sig-node\] Containers /, needs: 'containers' },
  { spec: /^\[sig-node\] Downward API /, needs: 'containers' },
  { spec: /^\[sig-node\] ImageVolume /, needs: 'containers' },
  { spec: /Kubelet when scheduling .* (print the output|read only|hostAliases)/, needs: 'containers' },
  { spec: /^\[sig-node\] KubeletManagedEtcHosts /, needs: 'containers' },
  { spec: /Pods should contain environment variables for services/, needs: 'containers' },
  { spec: /^\[sig-node\] Ephemeral Containers /, needs: 'containers', isRun: true },
  { spec: /Pods should support .* over websockets/, needs: 'containers', isRun: true },
  { spec: /Probing container with readiness probe that fails/, needs: 'containers', isRun: true },
  { spec: /^\[sig-node\] Pod InPlace Resize Container /, needs: 'containers' },
  { spec: /^\[sig-node\] PreStop /, needs: 'containers' },
  { spec: /Probing container should (be restarted|have monotonically)/, needs: 'containers' },
  { spec: /^\[sig-node\] Security Context /, needs: 'containers' },
  { spec: /^\[sig-node\] Sysctls .* should support sysctls/, needs: 'containers' },
  { spec: /^\[sig-node\] Variable Expansion /, needs: 'containers' },
  // scheduling
  { spec: /SchedulerPreemption .* (PreemptionExecutionPath|validates)/, needs: 'priority' },
  // storage
  { spec: /^\[sig-storage\] (ConfigMap|Secrets) (?!should be immutable)/, needs: 'containers' },
  { spec: /^\[sig-storage\] Downward API volume /, needs: 'containers' },
  { spec: /^\[sig-storage\] EmptyDir volumes /, needs: 'containers' },
  { spec: /^\[sig-storage\] EmptyDir wrapper volumes .* race/, needs: 'replicationController' },
  { spec: /^\[sig-storage\] Projected /, needs: 'containers' },
  { spec: /^\[sig-storage\] Subpath /, needs: 'containers' },
];

/**
 * The specs that call servers in Pods. They are run where Pods' programs can be run beside the simulated
 * nodes, with a stock endpointslice-controller.
 */
export const serverSpecs: readonly RegExp[] = [
  /^\[sig-api-machinery\] AdmissionWebhook /,
  /^\[sig-api-machinery\] Aggregator /,
  /^\[sig-api-machinery\] CustomResource(ConversionWebhook|FieldSelectors) /,
];
