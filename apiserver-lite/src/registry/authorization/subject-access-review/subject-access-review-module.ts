import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { subjectAccessReview } from '../access-review.ts';

/** SubjectAccessReviews (Kubernetes: `pkg/registry/authorization/subjectaccessreview`). */
export const subjectAccessReviewModule = defineKind('authorization.k8s.io/SubjectAccessReview', {
  serve: (resource, { authorizer }) => reviewRest(resource, subjectAccessReview(authorizer)),
});
