import type { Family } from './family.ts';
import { admissionCertificates } from './families/admission-certificates.ts';
import {
  admissionDefaultIngressClass,
  admissionDefaultStorageClass,
  admissionResize,
  admissionRuntimeClass,
} from './families/admission-classes.ts';
import { admissionLimitRanger } from './families/admission-limit-ranger.ts';
import { admissionResizes, admissionTopology } from './families/admission-nodes.ts';
import { admissionPriority } from './families/admission-priority.ts';
import { admissionServiceAccount } from './families/admission-service-account.ts';
import { metrics } from './families/metrics.ts';
import { customResources } from './families/custom-resources.ts';
import { admissionWebhooks } from './families/admission-webhooks.ts';
import { aggregation } from './families/aggregation.ts';
import { conversion } from './families/conversion.ts';
import { convertedWatches } from './families/converted-watches.ts';
import { customObjects } from './families/custom-objects.ts';
import { collections, serverPages } from './families/collections.ts';
import { documents } from './families/documents.ts';
import { customMetrics } from './families/custom-metrics.ts';
import { customRules } from './families/custom-rules.ts';
import { escalation } from './families/escalation.ts';
import { expectations } from './families/expectations.ts';
import { fresh } from './families/fresh.ts';
import { impersonation } from './families/impersonation.ts';
import { legacyTokens } from './families/legacy-tokens.ts';
import { lives } from './families/lives.ts';
import { mutations } from './families/mutations.ts';
import { ownersInVersions } from './families/owners-in-versions.ts';
import { podSecurity } from './families/pod-security.ts';
import { policies } from './families/policies/policies.ts';
import { printedObjects } from './families/printed-objects.ts';
import { registeredVersions } from './families/registered-versions.ts';
import { refusals } from './families/refusals.ts';
import { requests } from './families/requests.ts';
import { resourceQuotas } from './families/resource-quota.ts';
import { reviews } from './families/reviews.ts';
import { serviceAccountTokens } from './families/service-account-tokens.ts';
import { sequences } from './families/sequences.ts';
import { surface } from './families/surface.ts';
import { tables } from './families/tables.ts';
import { watches } from './families/watches.ts';
import { webSockets } from './families/web-sockets.ts';
import { namespace } from './places.ts';

/** Makes what most families need. */
export const preparation: Family = {
  name: 'preparation',
  async run(ask) {
    await ask('create the namespace', {
      path: '/api/v1/namespaces',
      body: { metadata: { name: namespace } },
    });
    // No controller makes it on either side.
    await ask('create the default account', {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { metadata: { name: 'default' } },
    });
  },
};

/** `surface` deletes all accounts. */
const defaultAccount: Family = {
  name: 'preparation',
  async run(ask) {
    await ask.silently({
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { metadata: { name: 'default' } },
    });
  },
};

const sequenceCount = Number(process.env['PG8S_SEQUENCES'] ?? 0);
const mutated = process.env['PG8S_MUTATIONS'];
const typed = process.env['PG8S_TYPED_MUTATIONS'];

const overHttp2 = surface.map((family): Family => ({
  ...family,
  name: `${family.name}, HTTP/2`,
  protocol: 'HTTP/2',
}));

/** What admission plugins change and refuse. */
const admission: readonly Family[] = [
  admissionServiceAccount,
  admissionPriority,
  admissionLimitRanger,
  admissionDefaultStorageClass,
  admissionResize,
  admissionDefaultIngressClass,
  admissionRuntimeClass,
  admissionCertificates,
  admissionTopology,
  admissionResizes,
];

/** All requests of the comparison, in the order in which they are sent. */
export const allFamilies: readonly Family[] = [
  ...fresh,
  preparation,
  ...metrics,
  ...surface,
  ...overHttp2,
  defaultAccount,
  ...admission,
  impersonation,
  ...reviews,
  ...serviceAccountTokens,
  legacyTokens,
  ...tables,
  ...webSockets,
  escalation,
  ...requests,
  ...documents,
  ...printedObjects,
  ...watches,
  // kube-apiserver's documents name what these define for a while after it was deleted.
  customRules,
  aggregation,
  conversion,
  ownersInVersions,
  convertedWatches,
  registeredVersions,
  customMetrics,
  admissionWebhooks,
  ...policies,
  ...customResources,
  serverPages,
  ...collections(),
  ...lives(),
  ...refusals,
  ...podSecurity,
  ...resourceQuotas,
  ...sequences(sequenceCount),
  ...expectations,
  ...mutations(Number(mutated ?? 500)),
  // Leave their definitions behind.
  ...customObjects,
  // Not settled yet: asked for by a count.
  ...(typed === undefined ? [] : mutations(Number(typed), 'typed')),
];

/** The families that do the same with one kind after another are left out but for every so many-th. */
function every(nth: number, families: readonly Family[]): Family[] {
  return families.filter((_family, index) => index % nth === 0);
}

/** The requests of the comparison's short form: about a minute with the start of the servers. */
export const someFamilies: readonly Family[] = [
  ...fresh,
  preparation,
  ...metrics,
  ...surface,
  ...every(3, overHttp2),
  defaultAccount,
  ...watches,
  ...customResources,
  serverPages,
  ...every(8, collections()),
  ...every(8, lives()),
  ...refusals,
  ...every(6, podSecurity),
  ...every(6, resourceQuotas),
  ...expectations,
  ...mutations(100),
];
