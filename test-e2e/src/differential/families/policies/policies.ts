import type { Family } from '../../family.ts';
import { matching } from './matching-cases.ts';
import { customMutations } from './custom-cases.ts';
import { paramAccess } from './param-access.ts';
import { createParams, deleteParams, params } from './param-cases.ts';
import { applyConfigurations, jsonPatches, mutatingPolicies } from './mutating-cases.ts';
import { policyMetrics } from './policy-metrics.ts';
import { policedNamespace, type PolicyCase, type PolicyKind, runCases } from './policy-case.ts';
import { failures, messages, requests, variables } from './validating-cases.ts';

const family = (name: string, kind: PolicyKind, cases: readonly PolicyCase[]): Family => ({
  name: `policies, ${name}`,
  run: (ask) => runCases(ask, kind, cases),
});

const preparation: Family = {
  name: 'policies, preparation',
  async run(ask) {
    await ask('create the namespace', {
      path: '/api/v1/namespaces',
      body: { metadata: { name: policedNamespace, labels: { policed: 'yes' } } },
    });
  },
};

/** What admission policies make of requests. */
export const policies: readonly Family[] = [
  preparation,
  family('messages', 'Validating', messages),
  family('failures', 'Validating', failures),
  family('variables', 'Validating', variables),
  family('requests', 'Validating', requests),
  family('matching', 'Validating', matching),
  { name: 'policies, kinds of parameters', run: createParams },
  family('parameters', 'Validating', params),
  family('apply configurations', 'Mutating', applyConfigurations),
  family('JSON patches', 'Mutating', jsonPatches),
  family('mutations', 'Mutating', mutatingPolicies),
  family('mutations of custom objects', 'Mutating', customMutations),
  { name: 'policies, no kinds of parameters', run: deleteParams },
  paramAccess,
  policyMetrics,
];
