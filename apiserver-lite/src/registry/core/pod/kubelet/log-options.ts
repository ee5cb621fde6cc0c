import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { badRequest, type FieldError, invalid } from '../../../../api-errors/status-error.ts';

/** `core/v1.PodLogOptions`, of the query of `pods/log`. */
export interface PodLogOptions {
  container: string | null;
  follow: boolean;
  insecureSkipTLSVerifyBackend: boolean;
  /** What the kubelet is asked, in kube-apiserver's order. */
  query: URLSearchParams;
}

/**
 * Reads and validates the parameters of `pods/log` (Kubernetes: `validation.ValidatePodLogOptions`). @throws
 * StatusError 400 where a number or time is none, 422 where it is out of range.
 */
export function podLogOptions(name: string, parameters: URLSearchParams): PodLogOptions {
  const tailLines = integer(parameters.get('tailLines'));
  const limitBytes = integer(parameters.get('limitBytes'));
  const sinceSeconds = integer(parameters.get('sinceSeconds'));
  const sinceTime = time(parameters.get('sinceTime'));
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0n)
    errors.push(outOfRange('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1n)
    errors.push(outOfRange('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    errors.push({
      field: '[]',
      reason: 'FieldValueForbidden',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  else if (sinceSeconds !== undefined && sinceSeconds < 1n)
    errors.push(outOfRange('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  if (parameters.has('stream'))
    errors.push({
      field: 'stream',
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not be specified',
    });
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);

  const follow = boolean(parameters.get('follow'));
  const query = new URLSearchParams();
  if (follow) query.set('follow', 'true');
  if (boolean(parameters.get('previous'))) query.set('previous', 'true');
  if (boolean(parameters.get('timestamps'))) query.set('timestamps', 'true');
  if (sinceSeconds !== undefined) query.set('sinceSeconds', String(sinceSeconds));
  if (sinceTime !== undefined) query.set('sinceTime', sinceTime);
  if (tailLines !== undefined) query.set('tailLines', String(tailLines));
  if (limitBytes !== undefined) query.set('limitBytes', String(limitBytes));
  return {
    container: parameters.get('container'),
    follow,
    insecureSkipTLSVerifyBackend: boolean(parameters.get('insecureSkipTLSVerifyBackend')),
    query,
  };
}

function outOfRange(field: string, value: bigint, rule: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${rule}` };
}

/** As Go's `strconv.ParseInt` of 64 bits. */
function integer(text: string | null): bigint | undefined {
  if (text === null) return undefined;
  if (!/^[+-]?\d{1,400}$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (value !== BigInt.asIntN(64, value))
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  return value;
}

function time(text: string | null): string | undefined {
  if (text === null || text === '') return undefined;
  const layout = '2006-01-02T15:04:05Z07:00';
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ||
    Number.isNaN(Date.parse(text))
  )
    throw badRequest(
      `parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(text)} as "2006"`,
    );
  return text;
}

/** As Kubernetes converts queries: anything but `false` and `0` is true, an empty value too. */
function boolean(text: string | null): boolean {
  return text !== null && text.toLowerCase() !== 'false' && text !== '0';
}
