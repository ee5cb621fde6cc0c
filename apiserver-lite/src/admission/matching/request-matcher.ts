import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { AdmissionAttributes, GroupVersionResource } from '../attributes.ts';
import { selectsObject, type CompiledSelector } from './compiled-selector.ts';
import type { EquivalentResources } from './equivalent-resources.ts';
import type { Namespaces } from './namespaces.ts';
import { ruleMatches, type OperationRule, type RequestTarget } from './rule-matcher.ts';

/** What a webhook, a policy or a binding says about the requests that it is for. */
export interface MatchCriteria {
  readonly rules: readonly OperationRule[];
  /** Requests that are left out although `rules` have them. */
  readonly excludeRules?: readonly OperationRule[];
  /** Without `rules` all requests are meant, as in policies; webhooks without rules are for none. */
  readonly emptyRulesMatch?: boolean;
  /** `Equivalent`: also requests in other versions than those of the rules. */
  readonly matchPolicy: 'Exact' | 'Equivalent';
  readonly namespaceSelector: CompiledSelector;
  readonly objectSelector: CompiledSelector;
}

/** As what a request is looked at: its own resource and kind, or equivalent ones. */
export interface RequestMatch {
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
}

/** What of a request decides who sees it. */
export type MatchedRequest = RequestTarget & Pick<AdmissionAttributes, 'kind' | 'object' | 'oldObject'>;

/**
 * Decides which requests webhooks, policies and bindings see (Kubernetes: `webhook/generic.ShouldCallHook`,
 * `policy/matching.Matcher`).
 */
export class RequestMatcher {
  readonly equivalents: EquivalentResources;
  readonly namespaces: Namespaces;

  constructor(options: { equivalents: EquivalentResources; namespaces: Namespaces }) {
    this.equivalents = options.equivalents;
    this.namespaces = options.namespaces;
  }

  /**
   * As what the request is looked at; undefined: not at all. Rejects with a StatusError (404) where the
   * criteria are about the request but for a namespace that does not exist.
   */
  match(
    criteria: MatchCriteria,
    request: MatchedRequest,
  ): RequestMatch | undefined | Promise<RequestMatch | undefined> {
    const { rules, excludeRules = [], emptyRulesMatch = false, matchPolicy } = criteria;
    if (this.#matchRules(excludeRules, matchPolicy, request) !== undefined) return undefined;
    const match =
      emptyRulesMatch && rules.length === 0
        ? { resource: request.resource, kind: request.kind }
        : this.#matchRules(rules, matchPolicy, request);
    // What no rule is about is nobody's business, even where its namespace cannot be found.
    if (match === undefined || !selectsObject(criteria.objectSelector, request)) return undefined;
    const selected = this.namespaces.selects(criteria.namespaceSelector, request);
    if (typeof selected === 'boolean') return selected ? match : undefined;
    return selected.then((isSelected) => (isSelected ? match : undefined));
  }

  #matchRules(
    rules: readonly OperationRule[],
    matchPolicy: MatchCriteria['matchPolicy'],
    request: MatchedRequest,
  ): RequestMatch | undefined {
    if (rules.some((rule) => ruleMatches(rule, request))) {
      return { resource: request.resource, kind: request.kind };
    }
    if (matchPolicy === 'Exact' || rules.length === 0) return undefined;
    const { group, version, resource: own } = request.resource;
    const others = this.equivalents
      .of(request.resource, request.subresource)
      .filter(
        ({ resource }) =>
          resource.group !== group || resource.version !== version || resource.resource !== own,
      );
    if (others.length === 0) return undefined;
    // The first rule decides, not the first version.
    for (const rule of rules) {
      const found = others.find(({ resource }) => ruleMatches(rule, request, resource));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
