import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { X509Certificate } from 'node:crypto';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, required } from './field-errors.ts';
import { dns1123Subdomain, validPortNumber } from './formats.ts';

interface UrlParts {
  scheme: string;
  user: string | undefined;
  host: string;
  query: string;
  fragment: string;
}

/** A URL's parts as Go's net/url finds them, or its words where it finds none. */
function partsOf(text: string): UrlParts | string {
  const refuse = (reason: string) => `parse ${goQuote(text)}: ${reason}`;
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) return refuse('net/url: invalid control character in URL');
  const [beforeFragment = '', fragment = ''] = text.split(/#(.*)/s);
  if (beforeFragment.startsWith(':')) return refuse('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? '';
  const [rest = '', query = ''] = beforeFragment
    .slice(scheme === '' ? 0 : scheme.length + 1)
    .split(/\?(.*)/s);
  if (scheme === '' && /^[^/]*:/.test(rest)) return refuse('first path segment in URL cannot contain colon');
  const authority = rest.startsWith('//') ? (rest.slice(2).split('/')[0] ?? '') : '';
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const port = /:([^\]]*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1];
  if (port !== undefined && !/^\d*$/.test(port))
    return refuse(`invalid port ${goQuote(`:${port}`)} after host`);
  const [wrong] = /[ <>"\\^`{|}]/.exec(host) ?? [];
  if (wrong !== undefined) return refuse(`invalid character ${goQuote(wrong)} in host name`);
  const user = at < 0 ? undefined : authority.slice(0, at);
  return { scheme: scheme.toLowerCase(), user, host, query, fragment };
}

/** Where a webhook is called by URL (Kubernetes: `util/webhook.ValidateWebhookURL`). */
export function validateWebhookUrl(text: string, field: string): FieldError[] {
  const form = '; desired format: https://host[/path]';
  const parts = partsOf(text);
  if (typeof parts === 'string') return [required(field, `url must be a valid URL: ${parts}${form}`)];
  const findings: FieldError[] = [];
  const refuse = (value: string, detail: string) => findings.push(invalidValue(field, value, detail));
  if (parts.scheme !== 'https') refuse(parts.scheme, `'https' is the only allowed URL scheme${form}`);
  if (parts.host === '') refuse(parts.host, `host must be specified${form}`);
  if (parts.user !== undefined) refuse(parts.user, 'user information is not permitted in the URL');
  if (parts.fragment !== '') refuse(parts.fragment, 'fragments are not permitted in the URL');
  if (parts.query !== '') refuse(parts.query, 'query parameters are not permitted in the URL');
  return findings;
}

/** The Service behind which a webhook is. */
export interface WebhookService {
  name?: string;
  namespace?: string;
  path?: string;
  port?: number;
}

/** Where a webhook is called through a Service (Kubernetes: `util/webhook.ValidateWebhookService`). */
export function validateWebhookService(service: WebhookService, field: string): FieldError[] {
  const { name, namespace, path, port = 443 } = service;
  const findings: FieldError[] = [];
  if (!name) findings.push(required(`${field}.name`));
  if (!namespace) findings.push(required(`${field}.namespace`));
  const wrongPort = validPortNumber(port);
  if (wrongPort.length > 0) {
    findings.push(invalidValue(`${field}.port`, port, `port is not valid: ${wrongPort.join(', ')}`));
  }
  return [...findings, ...validatePath(path ?? '', `${field}.path`)];
}

function validatePath(path: string, field: string): FieldError[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(field, path, 'segment[0] may not be empty')];
  const findings = path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '') findings.push(invalidValue(field, path, `segment[${index}] may not be empty`));
    else {
      for (const problem of dns1123Subdomain(segment)) {
        findings.push(invalidValue(field, path, `segment[${index}]: ${problem}`));
      }
    }
  }
  return findings;
}

const unparsable = 'unable to parse bytes as PEM block';
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The authorities that a webhook's certificate is checked against: base64 of PEM (Kubernetes:
 * `util/webhook.ValidateCABundle`).
 */
export function validateCaBundle(bundle: string, field: string): FieldError[] {
  const blocks = Buffer.from(bundle, 'base64').toString('latin1').match(pemBlock) ?? [];
  const refuse = (reason: string) => [
    invalidValue(field, bundle, `unable to load root certificates: ${reason}`),
  ];
  if (blocks.length === 0) return refuse(unparsable);
  try {
    return blocks.every((block) => new X509Certificate(block).raw.length > 0) ? [] : refuse(unparsable);
  } catch {
    return refuse(unparsable);
  }
}
