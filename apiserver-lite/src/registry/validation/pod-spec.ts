import { isIP } from 'node:net';
import type {
  V1Container,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Toleration,
  V1Volume,
} from '@kubernetes/client-node';
import type { FieldError } from '../../server/status-error.ts';
import { validateContainer } from './containers.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from './field-errors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName, validLabelValue } from './formats.ts';
import { validateAnnotations, validateLabels } from './metadata.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const notNegative = 'must be greater than or equal to 0';

function validateVolumes(volumes: readonly V1Volume[], field: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const path = `${field}[${index}]`;
    const { name, ...sources } = volume;
    const findings: FieldError[] = [];
    if (!name) findings.push(required(`${path}.name`));
    else {
      findings.push(...invalidEach(`${path}.name`, name, dns1123Label(name)));
      if (names.has(name)) findings.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    const kinds = Object.entries(sources).filter(([, source]) => source !== undefined);
    if (kinds.length === 0) findings.push(required(path, 'must specify a volume type'));
    for (const [kind] of kinds.slice(1)) {
      findings.push(forbiddenField(`${path}.${kind}`, 'may not specify more than 1 volume type'));
    }
    if (volume.configMap !== undefined && !volume.configMap.name)
      findings.push(required(`${path}.configMap.name`));
    if (volume.secret !== undefined && !volume.secret.secretName)
      findings.push(required(`${path}.secret.secretName`));
    if (volume.hostPath !== undefined && !volume.hostPath.path)
      findings.push(required(`${path}.hostPath.path`));
    if (volume.persistentVolumeClaim !== undefined && !volume.persistentVolumeClaim.claimName) {
      findings.push(required(`${path}.persistentVolumeClaim.claimName`));
    }
    return findings;
  });
}

function validateTolerations(tolerations: readonly V1Toleration[], field: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const path = `${field}[${index}]`;
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    const findings = key === '' ? [] : invalidEach(`${path}.key`, key, qualifiedName(key));
    if (key === '' && operator !== 'Exists') {
      findings.push(
        invalidValue(
          `${path}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      findings.push(
        invalidValue(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    }
    if (operator === '' || operator === 'Equal') {
      findings.push(...invalidEach(`${path}.operator`, value, validLabelValue(value)));
    } else if (operator === 'Exists') {
      if (value !== '') {
        findings.push(
          invalidValue(
            `${path}.operator`,
            toleration.value,
            "value must be empty when `operator` is 'Exists'",
          ),
        );
      }
    } else findings.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
    if (effect !== '' && !taintEffects.includes(effect)) {
      findings.push(notSupported(`${path}.effect`, effect, taintEffects));
    }
    return findings;
  });
}

function validateIdentity(spec: V1PodSpec, field: string): FieldError[] {
  const findings: FieldError[] = [];
  const { nodeName, serviceAccountName, priorityClassName, hostname, subdomain } = spec;
  if (nodeName) findings.push(...invalidEach(`${field}.nodeName`, nodeName, dns1123Subdomain(nodeName)));
  if (serviceAccountName) {
    findings.push(
      ...invalidEach(`${field}.serviceAccountName`, serviceAccountName, dns1123Subdomain(serviceAccountName)),
    );
  }
  if (priorityClassName) {
    findings.push(
      ...invalidEach(`${field}.priorityClassName`, priorityClassName, dns1123Subdomain(priorityClassName)),
    );
  }
  if (hostname) findings.push(...invalidEach(`${field}.hostname`, hostname, dns1123Label(hostname)));
  if (subdomain) findings.push(...invalidEach(`${field}.subdomain`, subdomain, dns1123Label(subdomain)));
  return findings;
}

/** A Pod's spec, in a Pod or in a template (Kubernetes: `core/validation.ValidatePodSpec`). */
export function validatePodSpec(spec: V1PodSpec | undefined, field: string): FieldError[] {
  if (spec === undefined) return [required(`${field}.containers`)];
  const findings = validateVolumes(spec.volumes ?? [], `${field}.volumes`);
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const names = new Set<string>();
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec;
  if (containers.length === 0) findings.push(required(`${field}.containers`));
  const judge = (list: readonly V1Container[], name: string, init: boolean) =>
    list.flatMap((container, index) =>
      validateContainer(container, `${field}.${name}[${index}]`, { volumes, names, init }),
    );
  findings.push(...judge(containers, 'containers', false));
  findings.push(...judge(initContainers, 'initContainers', true));
  findings.push(...judge(ephemeralContainers, 'ephemeralContainers', false));
  const { restartPolicy, dnsPolicy, terminationGracePeriodSeconds, activeDeadlineSeconds } = spec;
  if (!restartPolicy) findings.push(required(`${field}.restartPolicy`));
  else if (!restartPolicies.includes(restartPolicy)) {
    findings.push(notSupported(`${field}.restartPolicy`, restartPolicy, restartPolicies));
  }
  if (!dnsPolicy) findings.push(required(`${field}.dnsPolicy`));
  else if (!dnsPolicies.includes(dnsPolicy))
    findings.push(notSupported(`${field}.dnsPolicy`, dnsPolicy, dnsPolicies));
  if (dnsPolicy === 'None' && (spec.dnsConfig?.nameservers ?? []).length === 0) {
    findings.push(
      required(
        spec.dnsConfig === undefined ? `${field}.dnsConfig` : `${field}.dnsConfig.nameservers`,
        'must provide at least one DNS nameserver when `dnsPolicy` is None',
      ),
    );
  }
  findings.push(
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validateIdentity(spec, field),
  );
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) findings.push(required(`${field}.imagePullSecrets[${index}].name`));
  }
  if (terminationGracePeriodSeconds !== undefined && terminationGracePeriodSeconds < 0) {
    findings.push(
      invalidValue(`${field}.terminationGracePeriodSeconds`, terminationGracePeriodSeconds, notNegative),
    );
  }
  if (
    activeDeadlineSeconds !== undefined &&
    (activeDeadlineSeconds < 1 || activeDeadlineSeconds > 2147483647)
  ) {
    findings.push(
      invalidValue(
        `${field}.activeDeadlineSeconds`,
        activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  }
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (isIP(ip) === 0) {
      findings.push(
        invalidValue(
          `${field}.hostAliases[${index}].ip`,
          ip,
          'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        ),
      );
    }
  }
  findings.push(...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`));
  const gates = new Set<string>();
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    const path = `${field}.schedulingGates[${index}]`;
    findings.push(...invalidEach(path, name, qualifiedName(name)));
    if (gates.has(name)) findings.push(duplicate(path, name));
    gates.add(name);
  }
  if (gates.size > 0 && spec.nodeName) {
    findings.push(
      forbiddenField(`${field}.nodeName`, 'cannot be set until all schedulingGates have been cleared'),
    );
  }
  return findings;
}

/** A template's labels, annotations and spec. */
export function validatePodTemplate(template: V1PodTemplateSpec | undefined, field: string): FieldError[] {
  return [
    ...validateLabels(template?.metadata?.labels, `${field}.labels`),
    ...validateAnnotations(template?.metadata?.annotations, `${field}.annotations`),
    ...validatePodSpec(template?.spec, `${field}.spec`),
  ];
}
