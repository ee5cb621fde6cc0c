/**
 * The bounds that kube-apiserver sets to expressions (Kubernetes: pkg/apis/cel,
 * apis/apiextensions/validation).
 */

/** The actual cost of one evaluation. */
export const perCallCostLimit = 1_000_000;

/** The actual cost of all rules on one object, or of one policy binding for one request. */
export const runtimeCostBudget = 10_000_000;

/** The actual cost of all match conditions of one webhook or binding for one request. */
export const matchConditionsCostBudget = 2_500_000;

/** The estimated cost of one rule of a definition. */
export const ruleCostLimit = 10_000_000n;

/** The estimated cost of all rules of one schema of a definition. */
export const schemaCostLimit = 100_000_000n;

/** What a messageExpression may give, in bytes. */
export const maxMessageBytes = 5 * 1024;
