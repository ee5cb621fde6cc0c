import { reviewRest } from '../../build-virtual.ts';
import { defineKind } from '../../kind-module.ts';
import { tokenReview } from '../authentication-review.ts';

/** TokenReviews (Kubernetes: `pkg/registry/authentication/tokenreview`). */
export const tokenReviewModule = defineKind('authentication.k8s.io/TokenReview', {
  serve: (resource, { tokens }) => reviewRest(resource, tokenReview(tokens)),
});
