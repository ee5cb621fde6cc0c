import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { localSubjectAccessReview } from '../access-review.ts';

/** LocalSubjectAccessReviews (Kubernetes: `pkg/registry/authorization/localsubjectaccessreview`). */
export const localSubjectAccessReviewModule = defineKind('authorization.k8s.io/LocalSubjectAccessReview', {
  serve: (resource, { authorizer }) => reviewRest(resource, localSubjectAccessReview(authorizer)),
});
