import { child, existing, fill, fillNumbers, fillText, items, type Fields } from '../fields/fill.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

export function defaultRoleBinding(object: Fields): void {
  const role = existing(object, 'roleRef');
  if (role !== undefined) fillText(role, { apiGroup: rbacGroup });
  for (const subject of items(object, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') fillText(subject, { apiGroup: rbacGroup });
  }
}

function defaultPeerPorts(rules: readonly Fields[]): void {
  for (const rule of rules) for (const port of items(rule, 'ports')) fill(port, { protocol: 'TCP' });
}

export function defaultNetworkPolicy(object: Fields): void {
  const spec = child(object, 'spec');
  defaultPeerPorts([...items(spec, 'ingress'), ...items(spec, 'egress')]);
  if (!Array.isArray(spec['policyTypes']) || spec['policyTypes'].length === 0) {
    spec['policyTypes'] = items(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}

export function defaultStorageClass(object: Fields): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

export function defaultCsiDriver(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  if (!Array.isArray(spec['volumeLifecycleModes']) || spec['volumeLifecycleModes'].length === 0) {
    spec['volumeLifecycleModes'] = ['Persistent'];
  }
}

export function defaultPriorityClass(object: Fields): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}

export function defaultIngressClass(object: Fields): void {
  const parameters = existing(existing(object, 'spec'), 'parameters');
  if (parameters !== undefined) fill(parameters, { scope: 'Cluster' });
}

function defaultRules(rules: readonly Fields[]): void {
  for (const rule of rules) fill(rule, { scope: '*' });
}

function defaultWebhook(webhook: Fields): void {
  fill(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  defaultRules(items(webhook, 'rules'));
  const service = existing(existing(webhook, 'clientConfig'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}

export function defaultValidatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) defaultWebhook(webhook);
}

export function defaultMutatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}

function defaultMatchResources(match: Fields): void {
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  defaultRules([...items(match, 'resourceRules'), ...items(match, 'excludeResourceRules')]);
}

export function defaultAdmissionPolicy(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { failurePolicy: 'Fail' });
  const match = existing(spec, 'matchConstraints');
  if (match !== undefined) defaultMatchResources(match);
}

export function defaultAdmissionPolicyBinding(object: Fields): void {
  const match = existing(existing(object, 'spec'), 'matchResources');
  if (match !== undefined) defaultMatchResources(match);
}

export function defaultApiService(object: Fields): void {
  const service = existing(existing(object, 'spec'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}

export function defaultFlowSchema(object: Fields): void {
  const spec = child(object, 'spec');
  if (!spec['matchingPrecedence']) spec['matchingPrecedence'] = 1000;
}

export function defaultPriorityLevel(object: Fields): void {
  const spec = child(object, 'spec');
  const exempt = existing(spec, 'exempt');
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = existing(spec, 'limited');
  if (limited === undefined) return;
  fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = existing(existing(limited, 'limitResponse'), 'queuing');
  if (queuing === undefined) return;
  fillNumbers(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
}

export function defaultCustomResourceDefinition(object: Fields): void {
  const spec = child(object, 'spec');
  const names = existing(spec, 'names');
  if (names !== undefined) {
    const kind = String(names['kind'] ?? '');
    fillText(names, { singular: kind.toLowerCase() });
    if (kind !== '') fillText(names, { listKind: `${kind}List` });
  }
  fill(spec, { conversion: { strategy: 'None' } });
  const service = existing(
    existing(existing(existing(spec, 'conversion'), 'webhook'), 'clientConfig'),
    'service',
  );
  if (service !== undefined) fill(service, { port: 443 });
  const stored = items(spec, 'versions').find((version) => version['storage'] === true);
  const status = child(object, 'status');
  if (stored !== undefined && !Array.isArray(status['storedVersions'])) {
    status['storedVersions'] = [stored['name']];
  }
}
