import type { KubeObject } from '@pg8s/k8s-proto/object';

/** The users that a rule of a FlowSchema is about. */
export interface FlowSubject {
  kind: string;
  user?: { name: string };
  group?: { name: string };
  serviceAccount?: { name: string; namespace: string };
}

/** One rule of a FlowSchema. */
export interface FlowRule {
  subjects?: readonly FlowSubject[];
  resourceRules?: readonly {
    verbs?: readonly string[];
    apiGroups?: readonly string[];
    resources?: readonly string[];
    clusterScope?: boolean;
    namespaces?: readonly string[];
  }[];
  nonResourceRules?: readonly { verbs?: readonly string[]; nonResourceURLs?: readonly string[] }[];
}

/** A FlowSchema of `flowcontrol.apiserver.k8s.io/v1`. */
export interface FlowSchemaObject extends KubeObject {
  spec?: {
    priorityLevelConfiguration?: { name?: string };
    matchingPrecedence?: number;
    distinguisherMethod?: { type?: string };
    rules?: readonly FlowRule[];
  };
}

/** A PriorityLevelConfiguration of `flowcontrol.apiserver.k8s.io/v1`. */
export interface PriorityLevelObject extends KubeObject {
  spec?: {
    type?: string;
    exempt?: { nominalConcurrencyShares?: number; lendablePercent?: number };
    limited?: {
      nominalConcurrencyShares?: number;
      lendablePercent?: number;
      borrowingLimitPercent?: number;
      limitResponse?: {
        type?: string;
        queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number };
      };
    };
  };
}
