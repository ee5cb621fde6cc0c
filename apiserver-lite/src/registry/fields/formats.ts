import {
  byteLength,
  dns1123Subdomain,
  edges,
  explain,
  type Format,
  matches,
  subdomain,
  tooLong,
} from '@pg8s/k8s-proto/formats/names';

// What expressions ask for, too, stands in a package below.
export {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  qualifiedName,
  validLabelValue,
} from '@pg8s/k8s-proto/formats/names';

const configMapKey: Format = {
  rule: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  pattern: '[-._a-zA-Z0-9]+',
  examples: ['key.name', 'KEY_NAME', 'key-name'],
};

const percent: Format = {
  rule: "a valid percent string must be a numeric string followed by an ending '%'",
  pattern: '[0-9]+%',
  examples: ['1%', '93%'],
};

const wildcardSubdomain: Format = {
  rule: "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  pattern: `\\*\\.${subdomain.pattern}`,
  examples: ['*.example.com'],
};

/** What is wrong with a DNS subdomain that begins with `*.`; empty: nothing. */
export function wildcardDns1123Subdomain(value: string): string[] {
  const findings = byteLength(value) > 253 ? [tooLong(253)] : [];
  if (!matches(wildcardSubdomain.pattern, value)) findings.push(explain(wildcardSubdomain));
  return findings;
}

/** A key of a ConfigMap or Secret, which becomes a file name. */
export function validConfigMapKey(value: string): string[] {
  const findings = byteLength(value) > 253 ? [tooLong(253)] : [];
  if (!matches(configMapKey.pattern, value)) findings.push(explain(configMapKey));
  if (value === '.') findings.push("must not be '.'");
  else if (value === '..') findings.push("must not be '..'");
  else if (value.startsWith('..')) findings.push("must not start with '..'");
  return findings;
}

/** What is wrong with a percentage, `10%`; empty: nothing. */
export function validPercent(value: string): string[] {
  return matches(percent.pattern, value) ? [] : [explain(percent)];
}

/** Since 1.32 environment variables may be named by any printable ASCII but `=`. */
export function validEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** What is wrong with a port number; empty: nothing. */
export function validPortNumber(value: number): string[] {
  return value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** RFC 6335 service names, lower case. */
export function validPortName(value: string): string[] {
  const findings: string[] = [];
  if (byteLength(value) > 15) findings.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value)) {
    findings.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) findings.push('must contain at least one letter (a-z)');
  if (value.includes('--')) findings.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) findings.push('must not begin or end with a hyphen');
  return findings;
}

/** What may stand in a URL's path: RBAC names and the like. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((text) => value.includes(text)).map((text) => `may not contain '${text}'`);
}

/** The name of an HTTP header. */
export function validHttpHeaderName(value: string): string[] {
  return matches('[-A-Za-z0-9]+', value)
    ? []
    : [
        explain({
          rule: "a valid HTTP header must consist of alphanumeric characters or '-'",
          pattern: '[-A-Za-z0-9]+',
          examples: ['X-Header-Name'],
        }),
      ];
}

const underscoredLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscored: Format = {
  rule: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and ${edges}`,
  pattern: `${underscoredLabel}(\\.${underscoredLabel})*`,
  examples: ['example.com'],
};

/** A search path of DNS, which may hold names of services with underscores. */
export function dnsSearchPath(value: string): string[] {
  const findings = byteLength(value) > 253 ? [tooLong(253)] : [];
  if (!matches(underscored.pattern, value)) findings.push(explain(underscored));
  return findings;
}

const httpPath = String.raw`[A-Za-z0-9/\-._~%!$&'()*+,;=:]+`;

/**
 * A domain, a slash and a path: who stands behind an IngressClass, who manages a Job. Findings with the part
 * they are about.
 */
export function domainPrefixedPath(value: string): { bad: string; detail: string }[] {
  const slash = value.indexOf('/');
  const [domain, path] = slash === -1 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)];
  if (domain === '' || path === '') {
    return [{ bad: value, detail: 'must be a domain-prefixed path (such as "acme.io/foo")' }];
  }
  const findings = dns1123Subdomain(domain).map((detail) => ({ bad: domain, detail }));
  return matches(httpPath, path)
    ? findings
    : [
        ...findings,
        { bad: path, detail: explain({ rule: 'Invalid path', pattern: httpPath, examples: [] }) },
      ];
}
