import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { selfSubjectAccessReview } from '../access-review.ts';

/** SelfSubjectAccessReviews (Kubernetes: `pkg/registry/authorization/selfsubjectaccessreview`). */
export const selfSubjectAccessReviewModule = defineKind('authorization.k8s.io/SelfSubjectAccessReview', {
  serve: (resource, { authorizer }) => reviewRest(resource, selfSubjectAccessReview(authorizer)),
});
