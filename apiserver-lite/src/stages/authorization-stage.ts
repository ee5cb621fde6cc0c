import type { ApiserverOptions, AuthorizationMode } from '../apiserver-options.ts';
import {
  alwaysAllow,
  alwaysDeny,
  firstOpinion,
  mastersMayDoAll,
  type Authorization,
  type Authorizer,
} from '../authorization/authorizer.ts';
import { nodeAuthorizer } from '../authorization/node/node-authorizer.ts';
import { NodeIndex } from '../authorization/node/node-index.ts';
import { rbacAuthorizer } from '../authorization/rbac-authorizer.ts';
import { RbacIndex } from '../authorization/rbac-index.ts';
import {
  listEverything,
  listNodeRules,
  listNothing,
  listRbacRules,
  reviewAuthorizer,
} from '../authorization/review-authorizer.ts';
import type { DecisionCounter } from '../metrics/filter-metrics.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { nodeRole } from '../bootstrap/rbac-policy/policy.ts';
import type { ReviewAuthorizer } from '../authorization/access-questions.ts';

/** How the server decides who may do what. */
export interface AuthorizationStage {
  readonly authorizer: Authorizer;
  /** The same, for SubjectAccessReviews and for listing rules. */
  readonly reviewer: ReviewAuthorizer;
  /** Roles and bindings; empty until somebody fills it. */
  readonly rbac: RbacIndex;
  /** What belongs to which node; undefined where the Node authorizer is not among the modes. */
  readonly nodes: NodeIndex | undefined;
}

/** The authorizers of the modes, asked in their order. */
export function authorizationStage(
  { authorizationModes = ['Node', 'RBAC'] }: ApiserverOptions,
  { filters }: ServerMetrics,
): AuthorizationStage {
  const rbac = new RbacIndex();
  const nodes = new NodeIndex();
  const authorizers: Record<AuthorizationMode, () => Authorizer> = {
    AlwaysAllow: () => alwaysAllow,
    AlwaysDeny: () => alwaysDeny,
    Node: () => nodeAuthorizer(nodes, nodeRole()),
    RBAC: () => rbacAuthorizer(rbac),
  };
  const lists = {
    AlwaysAllow: listEverything,
    AlwaysDeny: listNothing,
    Node: listNodeRules,
    RBAC: listRbacRules(rbac),
  } as const;
  const authorizer = firstOpinion([
    mastersMayDoAll,
    ...authorizationModes.map((mode) => counted(authorizers[mode](), filters.authorizer(mode))),
  ]);
  return {
    authorizer,
    reviewer: reviewAuthorizer(
      authorizer,
      authorizationModes.map((mode) => lists[mode]),
    ),
    rbac,
    nodes: authorizationModes.includes('Node') ? nodes : undefined,
  };
}

/** Counts what the authorizer decides; without an opinion it has not. */
function counted(authorizer: Authorizer, counter: DecisionCounter): Authorizer {
  const count = (answer: Authorization): Authorization => {
    if (answer.decision !== 'noOpinion') counter.decided(answer.decision);
    return answer;
  };
  return {
    authorize(attributes) {
      const answer = authorizer.authorize(attributes);
      return answer instanceof Promise ? answer.then(count) : count(answer);
    },
  };
}
