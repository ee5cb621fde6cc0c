import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { selfSubjectReview } from '../authentication-review.ts';

/** SelfSubjectReviews (Kubernetes: `pkg/registry/authentication/selfsubjectreview`). */
export const selfSubjectReviewModule = defineKind('authentication.k8s.io/SelfSubjectReview', {
  serve: (resource, { clock }) => reviewRest(resource, selfSubjectReview(clock)),
});
