import { randomUUID } from 'node:crypto';
import type { Filter } from '../http/request-context.ts';

const maxLength = 64;

/**
 * Names the request, for logs on both sides: the client's own `Audit-Id` (cut to 64 characters), or a new
 * UUID; the response repeats it.
 */
export function assignAuditId(newId: () => string = randomUUID): Filter {
  return (next) => (context) => {
    const header = context.request.headers['audit-id'];
    const given = (Array.isArray(header) ? header[0] : header) ?? '';
    context.auditId = given === '' ? newId() : given.slice(0, maxLength);
    context.response.setHeader('Audit-Id', context.auditId);
    return next(context);
  };
}
