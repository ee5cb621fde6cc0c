import type {
  V1FlowSchemaSpec,
  V1PolicyRulesWithSubjects,
  V1PriorityLevelConfigurationSpec,
} from '@pg8s/k8s-proto/generated/models';

/** Rules that match every request of users in these groups. */
function everything(groups: readonly string[]): V1PolicyRulesWithSubjects[] {
  return [
    {
      subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
      resourceRules: [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
      ],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  ];
}

/**
 * By name, the specs of FlowSchemas that always exist and cannot be changed (Kubernetes:
 * `flowcontrol/bootstrap.MandatoryFlowSchemas`).
 */
export const mandatoryFlowSchemas: Readonly<Record<string, V1FlowSchemaSpec>> = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: everything(['system:masters']),
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10000,
    distinguisherMethod: { type: 'ByUser' },
    rules: everything(['system:unauthenticated', 'system:authenticated']),
  },
};

/** The same of PriorityLevelConfigurations. */
export const mandatoryPriorityLevels: Readonly<Record<string, V1PriorityLevelConfigurationSpec>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 5,
      lendablePercent: 0,
      limitResponse: { type: 'Reject' },
    },
  },
};
