/**
 * The formats of names and labels; each returns its findings, none when the value is fine
 * (Kubernetes: `apimachinery/pkg/api/validate/content`, RFC 1123, RFC 1035).
 */

/** A rule in words, its pattern, and texts that follow it. */
export interface Format {
  rule: string;
  pattern: string;
  examples: readonly string[];
}

const compiled = new Map<string, RegExp>();

/** Whether the whole of a text matches a pattern. */
export function matches(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${pattern}$`);
    compiled.set(pattern, expression);
  }
  return expression.test(value) && !value.endsWith('\n');
}

/** What is said about a text that does not match. */
export function explain({ rule, pattern, examples }: Format): string {
  const regex = `regex used for validation is '${pattern}'`;
  if (examples.length === 0) return `${rule} (${regex})`;
  return `${rule} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}${regex})`;
}

/** How many bytes of UTF-8. */
export const byteLength = (value: string) => Buffer.byteLength(value);
const tooManyBytes = (max: number) => `must be no more than ${max} bytes`;
/** The older rules say characters, and count bytes all the same. */
export const tooLong = (max: number) => `must be no more than ${max} characters`;
/** What most names have in common. */
export const edges = 'must start and end with an alphanumeric character';

const label: Format = {
  rule: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and ${edges}`,
  pattern: '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
  examples: ['my-name', '123-abc'],
};

/** A DNS subdomain (RFC 1123). */
export const subdomain: Format = {
  rule: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and ${edges}`,
  pattern: `${label.pattern}(\\.${label.pattern})*`,
  examples: ['example.com'],
};

const label1035: Format = {
  rule: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  examples: ['my-name', 'abc-123'],
};

const labelKey: Format = {
  rule: `must consist of alphanumeric characters, '-', '_' or '.', and ${edges}`,
  pattern: '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  examples: ['MyName', 'my.name', '123-abc'],
};

const labelValue: Format = {
  rule: `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${edges}`,
  pattern: '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  examples: ['MyValue', 'my_value', '12345'],
};

/** What is wrong with a DNS label (RFC 1123); empty: nothing. */
export function dns1123Label(value: string): string[] {
  const findings = byteLength(value) > 63 ? [tooLong(63)] : [];
  if (!matches(label.pattern, value)) {
    findings.push(matches(subdomain.pattern, value) ? 'must not contain dots' : explain(label));
  }
  return findings;
}

/** What is wrong with a DNS subdomain (RFC 1123); empty: nothing. */
export function dns1123Subdomain(value: string): string[] {
  const findings = byteLength(value) > 253 ? [tooLong(253)] : [];
  if (!matches(subdomain.pattern, value)) findings.push(explain(subdomain));
  return findings;
}

/** What is wrong with a DNS label (RFC 1035); empty: nothing. */
export function dns1035Label(value: string): string[] {
  const findings = byteLength(value) > 63 ? [tooLong(63)] : [];
  if (!matches(label1035.pattern, value)) findings.push(explain(label1035));
  return findings;
}

/** `[prefix/]name`: label keys, finalizers, resource names. */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${explain(labelKey)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const findings: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') findings.push('prefix part must be non-empty');
    else if (byteLength(prefix) > 253) findings.push(`prefix part ${tooManyBytes(253)}`);
    if (prefix !== '' && !matches(subdomain.pattern, prefix)) {
      findings.push(`prefix part ${explain(subdomain)}`);
    }
  }
  const name = parts.at(-1) ?? '';
  if (name === '') findings.push('name part must be non-empty');
  else if (byteLength(name) > 63) findings.push(`name part ${tooManyBytes(63)}`);
  if (!matches(labelKey.pattern, name)) findings.push(`name part ${explain(labelKey)}`);
  return findings;
}

/** What is wrong with the value of a label; empty: nothing. */
export function validLabelValue(value: string): string[] {
  const findings = byteLength(value) > 63 ? [tooManyBytes(63)] : [];
  if (!matches(labelValue.pattern, value)) findings.push(explain(labelValue));
  return findings;
}
