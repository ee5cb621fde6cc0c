import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { selfSubjectRulesReview } from '../access-review.ts';

/** SelfSubjectRulesReviews (Kubernetes: `pkg/registry/authorization/selfsubjectrulesreview`). */
export const selfSubjectRulesReviewModule = defineKind('authorization.k8s.io/SelfSubjectRulesReview', {
  serve: (resource, { authorizer }) => reviewRest(resource, selfSubjectRulesReview(authorizer)),
});
