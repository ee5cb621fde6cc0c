import { keepField, statusStrategy } from '../../generic/kind-strategy.ts';
import type { Strategy } from '../../strategy.ts';
import { validateApproval } from './request-status.ts';
import { conditionsOf, withTimes } from './request-conditions.ts';

/** In what order all endpoints of requests judge an update. */
export const metadataChecksOnUpdate = ['whole', 'object', 'update', 'change'] as const;

/** `certificatesigningrequests/approval`: writes the conditions of a request, never its certificate. */
export function approvalStrategy(base: Strategy): Strategy {
  return {
    ...statusStrategy(base),
    resetFields: ['spec', 'status.certificate'],
    metadataChecksOnUpdate,
    prepareForUpdate(object, old, { nowMs }) {
      const conditions = withTimes(conditionsOf(object), conditionsOf(old), nowMs);
      for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
        if (field !== 'metadata') keepField(object, old, field);
      }
      const { conditions: _before, ...status } = (object['status'] ?? {}) as Record<string, unknown>;
      object['status'] = conditions.length === 0 ? status : { ...status, conditions };
    },
    validateUpdate: validateApproval,
  };
}
