import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import {
  type FieldError,
  forbidden,
  internalError,
  invalid,
  unexplained,
} from '../../../api-errors/status-error.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import { findNamespace } from '../../find-namespace.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import type { PodSecurityRequest } from '../../../metrics/pod-security-metrics.ts';
import type { JudgedPod, Violation } from './check.ts';
import { detailsText, violations } from './check-table.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { podSecuritySettings } from './pod-security-configuration.ts';
import { hasTemplate, judged, templateOf } from './pod-spec-of.ts';
import {
  compareLevels,
  isPrivileged,
  isSame,
  labelPrefix,
  type LevelVersion,
  levelText,
  minorOf,
  type Mode,
  modes,
  type Policy,
  policyOf,
} from './policy.ts';

/** Subresources of Pods that cannot change what the Pod may do. */
const ignoredSubresources = [
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
];

/** Policies of later releases are counted as such: those of which this server knows nothing. */
const ownMinor = 36;

type Dependencies = Pick<PluginDependencies, 'storageOf' | 'clock' | 'metrics' | 'configuration'>;

/**
 * Holds Pods to the Pod Security Standards that the labels of their namespace choose; warns about templates
 * of Pods (Kubernetes: `plugin/pkg/admission/security/podsecurity`).
 */
export function podSecurity({
  storageOf,
  clock,
  metrics: { podSecurity: metrics },
  configuration,
}: Dependencies): AdmissionPlugin {
  const { defaults, exemptions } = podSecuritySettings(configuration?.['PodSecurity']);
  const namespaces = storageOf('', 'namespaces');

  function annotate({ annotate: add }: AdmissionAttributes, key: string, value: string): void {
    add(labelPrefix + key, value);
  }

  function exempt(attributes: AdmissionAttributes, reason: string): void {
    metrics.exempted(requestOf(attributes));
    annotate(attributes, 'exempt', reason);
  }

  /** Whether the namespace or the user is not judged; says so. */
  function isExempt(attributes: AdmissionAttributes): boolean {
    const { namespace, user } = attributes;
    const isExemptNamespace = exemptions.namespaces.includes(namespace);
    if (!isExemptNamespace && !exemptions.usernames.includes(user.name)) return false;
    exempt(attributes, isExemptNamespace ? 'namespace' : 'user');
    return true;
  }

  async function policyIn(namespace: string): Promise<{ policy: Policy; errors: FieldError[] } | undefined> {
    const found = await findNamespace(namespaces, namespace);
    return found === undefined ? undefined : policyOf(found.object.metadata.labels ?? {}, defaults);
  }

  function evaluated(
    attributes: AdmissionAttributes,
    mode: Mode,
    policy: LevelVersion,
    found: readonly Violation[],
  ) {
    const { level, version } = policy;
    const known = version !== 'latest' && minorOf(version) > ownMinor ? 'future' : version;
    metrics.evaluated(
      {
        decision: found.length === 0 ? 'allow' : 'deny',
        level,
        version: level === 'privileged' ? 'latest' : known,
        mode,
      },
      requestOf(attributes),
    );
  }

  /** Throws where the Pod violates what is enforced; templates are not refused. */
  function evaluate(
    attributes: AdmissionAttributes,
    { policy, errors }: { policy: Policy; errors: readonly FieldError[] },
    { pod, enforced }: { pod: JudgedPod; enforced: boolean },
  ): void {
    const runtimeClass = pod.spec.runtimeClassName;
    if (runtimeClass && exemptions.runtimeClasses.includes(runtimeClass)) {
      exempt(attributes, 'runtimeClass');
      return;
    }
    if (errors.length > 0) {
      annotate(attributes, 'error', `Failed to parse policy: ${unexplained(errors).message}`);
      metrics.failed(false, requestOf(attributes));
    }
    const known: { policy: LevelVersion; found: Violation[] }[] = [];
    const judge = (mode: Mode): Violation[] => {
      const wanted = policy[mode];
      const before = known.find((each) => isSame(each.policy, wanted));
      const found = before?.found ?? violations(wanted, pod);
      if (before === undefined) known.push({ policy: wanted, found });
      if (mode === 'enforce' || found.length > 0) evaluated(attributes, mode, wanted, found);
      return found;
    };
    const text = (mode: Mode, found: readonly Violation[]) =>
      `violate${mode === 'enforce' ? 's' : ''} PodSecurity ${goQuote(levelText(policy[mode]))}: ${detailsText(found)}`;
    const refused = enforced ? judge('enforce') : [];
    if (enforced) annotate(attributes, 'enforce-policy', levelText(policy.enforce));
    const noted = judge('audit');
    if (noted.length > 0) annotate(attributes, 'audit-violations', `would ${text('audit', noted)}`);
    if (refused.length > 0) throw forbidden(attributes.resource, attributes.name, text('enforce', refused));
    const warned = judge('warn');
    if (warned.length > 0) attributes.warn(`would ${text('warn', warned)}`);
  }

  async function validatePod(attributes: AdmissionAttributes): Promise<void> {
    const { namespace, operation, object, oldObject } = attributes;
    if (ignoredSubresources.includes(attributes.subresource) || isExempt(attributes)) return;
    const found = await policyIn(namespace);
    if (found === undefined) {
      metrics.failed(true, requestOf(attributes));
      const message = `failed to lookup namespace ${goQuote(namespace)}`;
      annotate(
        attributes,
        'error',
        `Internal error occurred: ${message}: namespaces ${goQuote(namespace)} not found`,
      );
      throw internalError(message);
    }
    const { policy, errors } = found;
    if (errors.length === 0 && isPrivileged(policy)) {
      evaluated(attributes, 'enforce', policy.enforce, []);
      annotate(attributes, 'enforce-policy', 'privileged:latest');
      return;
    }
    if (operation === 'UPDATE' && !changesImages(object as V1Pod, oldObject as V1Pod)) return;
    evaluate(attributes, found, { pod: judged(object as V1Pod), enforced: true });
  }

  async function validateTemplate(attributes: AdmissionAttributes): Promise<void> {
    const { namespace, object } = attributes;
    if (attributes.subresource !== '' || object === undefined || isExempt(attributes)) return;
    const found = await policyIn(namespace);
    if (found === undefined) {
      metrics.failed(true, requestOf(attributes));
      const name = goQuote(namespace);
      annotate(attributes, 'error', `failed to lookup namespace ${name}: namespaces ${name} not found`);
      return;
    }
    const { policy, errors } = found;
    const isFree = policy.warn.level === 'privileged' && policy.audit.level === 'privileged';
    if (errors.length === 0 && isFree) return;
    const pod = templateOf(attributes.resource, object);
    if (pod !== undefined) evaluate(attributes, found, { pod, enforced: false });
  }

  async function validateNamespace(attributes: AdmissionAttributes): Promise<void> {
    const { operation, object, oldObject, kind, name } = attributes;
    if (attributes.subresource !== '' || object === undefined) return;
    const { policy, errors } = policyOf(object.metadata.labels ?? {}, defaults);
    const old = operation === 'UPDATE' ? policyOf(oldObject?.metadata.labels ?? {}, defaults) : undefined;
    if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(old?.errors ?? []))
      throw invalid(kind, name, errors);
    const isExemptHere = exemptions.namespaces.includes(attributes.namespace);
    if (old !== undefined && !enforcesMore(policy.enforce, old.policy.enforce)) return;
    if (isExemptHere) {
      const warning = exemptWarning(object, policy, defaults);
      if (warning !== undefined) attributes.warn(warning);
      return;
    }
    if (old === undefined) return;
    const namespace = object.metadata.name ?? '';
    for (const warning of await warningsOf(namespace, policy.enforce)) attributes.warn(warning);
  }

  async function warningsOf(namespace: string, enforce: LevelVersion): Promise<string[]> {
    const isExemptPod = ({ spec }: V1Pod) =>
      Boolean(spec?.runtimeClassName) && exemptions.runtimeClasses.includes(spec?.runtimeClassName ?? '');
    try {
      const { items } = await storageOf('', 'pods').list({
        namespace,
        resourceVersion: '0',
        resourceVersionMatch: '',
        limit: 0,
        continueToken: '',
      });
      const pods = items.map(({ object }) => object as V1Pod);
      return existingPodWarnings(enforce, { namespace, pods, isExempt: isExemptPod, now: () => clock.now() });
    } catch {
      return ['failed to list pods while checking new PodSecurity enforce level'];
    }
  }

  return {
    operations: ['CREATE', 'UPDATE'],
    validate(attributes) {
      const { group, resource } = attributes.resource;
      if (group === '' && resource === 'pods') return validatePod(attributes);
      if (group === '' && resource === 'namespaces') return validateNamespace(attributes);
      return hasTemplate(attributes.resource) ? validateTemplate(attributes) : undefined;
    },
  };
}

function requestOf({ operation, resource, subresource }: AdmissionAttributes): PodSecurityRequest {
  const isCore = resource.group === '';
  const isNamespace = isCore && resource.resource === 'namespaces';
  return {
    operation: operation === 'CREATE' ? 'create' : 'update',
    resource: isCore && resource.resource === 'pods' ? 'pod' : isNamespace ? 'namespace' : 'controller',
    subresource,
  };
}

/** Whether Pods that are there may violate what is enforced now, though they did not before. */
function enforcesMore(next: LevelVersion, before: LevelVersion): boolean {
  if (isSame(next, before) || next.level === 'privileged') return false;
  return next.version !== before.version || compareLevels(next.level, before.level) > 0;
}

/** Of what can be changed in a Pod, only images and containers bear on what it may do. */
function changesImages({ spec }: V1Pod, { spec: old }: V1Pod): boolean {
  for (const field of ['containers', 'initContainers'] as const) {
    const [next, before] = [spec?.[field] ?? [], old?.[field] ?? []];
    if (next.length !== before.length) return true;
    if (next.some(({ image }, index) => image !== before[index]?.image)) return true;
  }
  return (spec?.ephemeralContainers ?? []).some(({ name, image }) => {
    const before = (old?.ephemeralContainers ?? []).find((each) => each.name === name);
    return before === undefined || before.image !== image;
  });
}

/** What is said where the labels of an exempt namespace mean nothing. */
function exemptWarning(namespace: KubeObject, policy: Policy, defaults: Policy): string | undefined {
  const isEquivalent = ({ level, version }: LevelVersion, other: LevelVersion) =>
    level === other.level && (level === 'privileged' || version === other.version);
  if (isPrivileged(policy) || modes.every((mode) => isEquivalent(policy[mode], defaults[mode]))) {
    return undefined;
  }
  const labels = namespace.metadata.labels ?? {};
  const isLabelled = (mode: Mode) =>
    [mode, `${mode}-version`].some((label) => Object.hasOwn(labels, labelPrefix + label));
  const said = modes
    .filter((mode) => policy[mode].level !== 'privileged' && isLabelled(mode))
    .map((mode) => `${mode}=${levelText(policy[mode])}`);
  return `namespace ${goQuote(namespace.metadata.name ?? '')} is exempt from Pod Security, and the policy (${said.join(', ')}) will be ignored`;
}
