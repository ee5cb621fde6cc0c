import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { X509Certificate } from 'node:crypto';
import type { V1CertificateSigningRequestCondition } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { each } from '../../fields/rules.ts';

type Condition = V1CertificateSigningRequestCondition;

interface RequestStatus {
  conditions?: Condition[];
  /** Base64 of PEM. */
  certificate?: string;
}

const decisions: readonly string[] = ['Approved', 'Denied'];
const final: readonly string[] = [...decisions, 'Failed'];
const field = 'status.conditions';

const statusOf = (object: KubeObject) => (object['status'] ?? {}) as RequestStatus;
const ofType = (object: KubeObject, type: string) =>
  (statusOf(object).conditions ?? []).filter((condition) => condition.type === type);

function validateConditions(object: KubeObject, old: KubeObject): FieldError[] {
  const before = statusOf(old).conditions ?? [];
  const types = new Set(before.map(({ type }) => type));
  // What was let through once stays possible.
  const both = decisions.every((type) => types.has(type));
  const doubled = types.size < before.length;
  const seen: string[] = [];
  return each(statusOf(object).conditions, field, ({ type = '', status = '' }, path) => {
    const findings: FieldError[] = [];
    if (type === '' && !types.has('')) findings.push(required(`${path}.type`));
    const allowed = final.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') findings.push(required(`${path}.status`));
    else if (!allowed.includes(status)) findings.push(notSupported(`${path}.status`, status, allowed));
    const other = decisions.find((decision) => decision !== type) ?? '';
    if (!both && decisions.includes(type) && seen.includes(other)) {
      const detail = 'Approved and Denied conditions are mutually exclusive';
      findings.push(invalidValue(field, type, detail));
    }
    if (!doubled && seen.includes(type)) findings.push(duplicate(`${path}.type`, type));
    seen.push(type);
    return findings;
  });
}

const block = /-----BEGIN ([^-\n]+)-----\n([\s\S]*?)-----END \1-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** What is wrong with a chain of certificates, or undefined. */
function describeChain(pem: string): string | undefined {
  const blocks = [...pem.matchAll(block)];
  for (const [whole, label = '', body = ''] of blocks) {
    if (label !== 'CERTIFICATE') {
      return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(label)}`;
    }
    if (body.includes(':')) return 'no PEM block headers are permitted';
    if (!isCertificate(whole)) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function validateCertificate(object: KubeObject, old: KubeObject): FieldError[] {
  const { certificate = '' } = statusOf(object);
  if (certificate === '' || certificate === (statusOf(old).certificate ?? '')) return [];
  const wrong = describeChain(Buffer.from(certificate, 'base64').toString('latin1'));
  return wrong === undefined ? [] : [invalidValue('status.certificate', '<certificate data>', wrong)];
}

/** What is said of a request stays said; who may not decide adds no decision. */
function validateCounts(object: KubeObject, old: KubeObject, types: readonly string[]): FieldError[] {
  const more = (type: string) => ofType(object, type).length - ofType(old, type).length;
  const refuse = (verb: string) => (type: string) =>
    forbiddenField(field, `updates may not ${verb} a condition of type "${type}"`);
  return [
    ...final.filter((type) => more(type) < 0).map(refuse('remove')),
    ...types.filter((type) => more(type) > 0).map(refuse('add')),
  ];
}

function validateContent(object: KubeObject, old: KubeObject, words: string): FieldError[] {
  const same = (statusOf(object).certificate ?? '') === (statusOf(old).certificate ?? '');
  return same ? [] : [forbiddenField('status.certificate', words)];
}

/**
 * Approval and denial (Kubernetes:
 * `certificates/validation.ValidateCertificateSigningRequestApprovalUpdate`).
 */
export function validateApproval(object: KubeObject, old: KubeObject): FieldError[] {
  return [
    ...validateConditions(object, old),
    ...validateCounts(object, old, []),
    ...validateContent(object, old, 'updates may not set certificate content'),
  ];
}

/**
 * What the signer writes (Kubernetes:
 * `certificates/validation.ValidateCertificateSigningRequestStatusUpdate`).
 */
export function validateRequestStatus(object: KubeObject, old: KubeObject): FieldError[] {
  return [
    ...validateConditions(object, old),
    ...validateCertificate(object, old),
    ...validateCounts(object, old, decisions),
    ...(statusOf(old).certificate
      ? validateContent(object, old, 'updates may not modify existing certificate content')
      : []),
  ];
}
