import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import type { Source, SourceRule } from './source-rule.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const names: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

/** A name of a target or of an initiator. */
function validateName(value: string, field: string, form: string): FieldError[] {
  const format = names[value.slice(0, 3)];
  if (format === undefined) return [invalidValue(field, value, form)];
  return format.test(value) ? [] : [invalidValue(field, value, 'must be valid format')];
}

const anyForm = 'must be valid format starting with iqn, eui, or naa';
const maxLun = 255;
const maxPortalLength = 64;

/** A disk over iSCSI, of a Pod or of a cluster. */
export function iscsiRule(isPersistent: boolean): SourceRule {
  return (source, field) => {
    const iqn = text(source['iqn']);
    const findings = source['targetPortal'] ? [] : [required(`${field}.targetPortal`)];
    if (iqn === '') findings.push(required(`${field}.iqn`));
    else findings.push(...validateName(iqn, `${field}.iqn`, isPersistent ? 'must be valid format' : anyForm));
    const lun = source['lun'];
    if (typeof lun === 'number' && (lun < 0 || lun > maxLun)) {
      findings.push(invalidValue(`${field}.lun`, lun, `must be between 0 and ${maxLun}, inclusive`));
    }
    const authenticates = source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true;
    const secret = source['secretRef'] as { name?: string } | null | undefined;
    if (authenticates && !secret) findings.push(required(`${field}.secretRef`));
    if (isPersistent && secret && !secret.name) findings.push(required(`${field}.secretRef.name`));
    const initiator = source['initiatorName'];
    if (typeof initiator !== 'string') return findings;
    return [
      ...findings,
      ...validateName(initiator, `${field}.initiatorname`, isPersistent ? 'must be valid format' : anyForm),
    ];
  };
}

/** The device of an initiator is named after its volume and its target, which must fit. */
export function validateInitiator(name: string, source: Source, field: string): FieldError[] {
  const portal = text(source['targetPortal']);
  if (typeof source['initiatorName'] !== 'string' || `${name}:${portal}`.length <= maxPortalLength) return [];
  const detail = `Total length of <volume name>:<iscsi.targetPortal> must be under ${maxPortalLength} characters if iscsi.initiatorName is specified.`;
  return [invalidValue(field, name, detail)];
}

const maxTenantLength = 64;

/** A volume of Quobyte: one or several registries, and perhaps a tenant. */
export const quobyteRule: SourceRule = (source, field) => {
  const registry = text(source['registry']);
  const tenant = text(source['tenant']);
  const path = `${field}.registry`;
  const form = 'must be a host:port pair or multiple pairs separated by commas';
  const findings: FieldError[] = [];
  if (registry === '') findings.push(required(path, form));
  else if (tenant.length > maxTenantLength) {
    const detail = `must be a UUID and may not exceed a length of ${maxTenantLength} characters`;
    findings.push(required(`${field}.tenant`, detail));
  } else {
    for (const pair of registry.split(',')) {
      if (!/^(?:[^:\s]*|\[[^\]]*\]):[^:\s]*$/.test(pair)) findings.push(invalidValue(path, registry, form));
    }
  }
  return source['volume'] ? findings : [...findings, required(`${field}.volume`)];
};
