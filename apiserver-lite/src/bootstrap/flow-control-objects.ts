import type { KubeObject } from '@pg8s/k8s-proto/object';

/** On objects whose spec follows the server's: those that nobody has taken over. */
export const autoUpdate = 'apf.kubernetes.io/autoupdate-spec';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
const everyone = groups('system:unauthenticated', 'system:authenticated');
const controllers = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';

function groups(...names: string[]): object[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: string[]): object[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function systemAccounts(): object[] {
  return [{ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'kube-system' } }];
}

function resources(verbs: string[], apiGroup: string, names: string[], clusterScope: boolean): object {
  return {
    verbs,
    apiGroups: [apiGroup],
    resources: names,
    ...(clusterScope ? { clusterScope } : {}),
    namespaces: ['*'],
  };
}

const everything = {
  resourceRules: [resources(['*'], '*', ['*'], true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};

interface Level {
  name: string;
  shares: number;
  /** Percent of its seats that others may use. */
  lendable: number;
  /** How many queues, and how many of them one flow uses. */
  queues?: readonly [count: number, hand: number];
}

const levels: readonly Level[] = [
  { name: 'catch-all', shares: 5, lendable: 0 },
  { name: 'system', shares: 30, lendable: 33, queues: [64, 6] },
  { name: 'node-high', shares: 40, lendable: 25, queues: [64, 6] },
  { name: 'leader-election', shares: 10, lendable: 0, queues: [16, 4] },
  { name: 'workload-high', shares: 40, lendable: 50, queues: [128, 6] },
  { name: 'workload-low', shares: 100, lendable: 90, queues: [128, 6] },
  { name: 'global-default', shares: 20, lendable: 50, queues: [128, 6] },
];

function metadata(name: string): KubeObject['metadata'] {
  return { name, annotations: { [autoUpdate]: 'true' } };
}

function levelObject({ name, shares, lendable, queues }: Level): KubeObject {
  const queueing =
    queues === undefined ? undefined : { queues: queues[0], handSize: queues[1], queueLengthLimit: 50 };
  return {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: metadata(name),
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: shares,
        lendablePercent: lendable,
        limitResponse: queueing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing: queueing },
      },
    },
  };
}

/** The priority levels of every cluster; without the first two there is none. */
export function standardLevels(): KubeObject[] {
  const exempt = {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: metadata('exempt'),
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  };
  return [exempt, ...levels.map(levelObject)];
}

type Schema = readonly [
  name: string,
  level: string,
  precedence: number,
  flowsBy: 'ByUser' | 'ByNamespace' | undefined,
  rule: object,
];

const schemas: readonly Schema[] = [
  ['exempt', 'exempt', 1, undefined, { subjects: groups('system:masters'), ...everything }],
  [
    'probes',
    'exempt',
    2,
    undefined,
    {
      subjects: everyone,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    {
      subjects: [...users(controllers, scheduler), ...systemAccounts()],
      resourceRules: [resources(['get', 'create', 'update'], 'coordination.k8s.io', ['leases'], false)],
    },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      subjects: groups('system:nodes'),
      resourceRules: [
        resources(['*'], '', ['nodes', 'nodes/status'], true),
        resources(['*'], 'coordination.k8s.io', ['leases'], false),
      ],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', { subjects: groups('system:nodes'), ...everything }],
  [
    controllers.slice(7),
    'workload-high',
    800,
    'ByNamespace',
    { subjects: users(controllers), ...everything },
  ],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', { subjects: users(scheduler), ...everything }],
  [
    'kube-system-service-accounts',
    'workload-high',
    900,
    'ByNamespace',
    { subjects: systemAccounts(), ...everything },
  ],
  [
    'service-accounts',
    'workload-low',
    9000,
    'ByUser',
    { subjects: groups('system:serviceaccounts'), ...everything },
  ],
  ['global-default', 'global-default', 9900, 'ByUser', { subjects: everyone, ...everything }],
  ['catch-all', 'catch-all', 10000, 'ByUser', { subjects: everyone, ...everything }],
];

/** The flow schemas of every cluster, the first that is asked first. */
export function standardSchemas(): KubeObject[] {
  return schemas.map(([name, level, matchingPrecedence, type, rule]) => ({
    apiVersion,
    kind: 'FlowSchema',
    metadata: metadata(name),
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(type === undefined ? {} : { distinguisherMethod: { type } }),
      rules: [rule],
    },
  }));
}
