import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1CertificateSigningRequestSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidValue, notSupported, required, tooLong } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { each } from '../../fields/rules.ts';

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const leastSeconds = 600;

const mostDomainBytes = 253;
/** A domain, a slash, and a path with room for a label, a dot and a name. */
const mostSignerBytes = mostDomainBytes + 1 + (63 + 1 + 253);

/** The first of the dotted parts that is wrong: what is said of others would read the same. */
function validateParts(
  text: string,
  field: string,
  messagesOf: (part: string) => readonly string[],
): FieldError[] {
  const wrong = text.split('.').find((part) => messagesOf(part).length > 0);
  if (wrong === undefined) return [];
  return messagesOf(wrong).map((detail) =>
    invalidValue(field, text, `validating label ${goQuote(wrong)}: ${detail}`),
  );
}

/** Kubernetes: `core/validation.ValidateSignerName`. */
function validateSigner(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...rest] = name.split('/');
  if (!name.includes('/') || rest.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(field, name, detail)];
  }
  const findings = Buffer.byteLength(domain) > mostDomainBytes ? [tooLong(field, mostDomainBytes)] : [];
  findings.push(...validateParts(domain, field, dns1123Label));
  if (!domain.includes('.')) {
    findings.push(
      invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'),
    );
  }
  findings.push(...validateParts(path, field, dns1123Subdomain));
  if (Buffer.byteLength(name) > mostSignerBytes) findings.push(tooLong(field, mostSignerBytes));
  return findings;
}

function isRequest(base64: string): boolean {
  return /^-----BEGIN (NEW )?CERTIFICATE REQUEST-----/m.test(
    Buffer.from(base64, 'base64').toString('latin1'),
  );
}

/** Kubernetes: `certificates/validation.ValidateCertificateSigningRequestCreate`. */
export function validateCertificateRequest(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1CertificateSigningRequestSpec;
  const { signerName = '', expirationSeconds: seconds } = spec;
  const request = (spec.request as string | null | undefined) ?? '';
  const findings: FieldError[] = [];
  if (!isRequest(request)) {
    findings.push(
      invalidValue('spec.request', spec.request ?? null, 'PEM block type must be CERTIFICATE REQUEST'),
    );
  }
  if ((spec.usages ?? []).length === 0) findings.push(required('spec.usages'));
  const seen = new Set<string>();
  findings.push(
    ...each(spec.usages, 'spec.usages', (usage, path) => {
      const found = usages.includes(usage) ? [] : [notSupported(path, usage, usages)];
      if (seen.has(usage)) found.push(duplicate(path, usage));
      seen.add(usage);
      return found;
    }),
    ...validateSigner(signerName, 'spec.signerName'),
  );
  if (seconds !== undefined && seconds < leastSeconds) {
    const detail = `may not specify a duration less than ${leastSeconds} seconds (10 minutes)`;
    findings.push(invalidValue('spec.expirationSeconds', seconds, detail));
  }
  return findings;
}
