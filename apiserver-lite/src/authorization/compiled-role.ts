import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { AuthorizationAttributes } from './authorizer.ts';
import type { PolicyRule, RoleObject } from './rbac-objects.ts';

/** undefined: everything (`*`). */
type Wanted = ReadonlySet<string> | undefined;

interface CompiledRule {
  verbs: Wanted;
  apiGroups: Wanted;
  /** `pods`, `pods/log`. */
  resources: Wanted;
  // From a resource that is a star, a slash and this name: that subresource of anything.
  subresources: ReadonlySet<string>;
  /** undefined: any name. */
  names: Wanted;
  urls: Wanted;
  /** From `/apis/*`: what a path begins with. */
  urlPrefixes: readonly string[];
}

/** The rules of one role, ready to be asked (Kubernetes: `rbac/v1/evaluation_helpers.go`). */
export class CompiledRole {
  /** As they are written in the role. */
  readonly rules: readonly PolicyRule[];
  readonly #rules: readonly CompiledRule[];

  constructor(role: DeepReadonly<RoleObject>) {
    this.rules = role.rules ?? [];
    this.#rules = (role.rules ?? []).map((rule) => compile(rule));
  }

  allows(attributes: AuthorizationAttributes): boolean {
    for (const rule of this.#rules) {
      if (!covers(rule.verbs, attributes.verb)) continue;
      if (
        attributes.isResourceRequest ? coversResource(rule, attributes) : coversPath(rule, attributes.path)
      ) {
        return true;
      }
    }
    return false;
  }
}

function compile({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): CompiledRule {
  const urls = nonResourceURLs ?? [];
  return {
    verbs: wanted(verbs),
    apiGroups: wanted(apiGroups),
    resources: wanted(resources),
    subresources: new Set(
      (resources ?? []).filter((name) => name.startsWith('*/')).map((name) => name.slice(2)),
    ),
    names: resourceNames === undefined || resourceNames.length === 0 ? undefined : new Set(resourceNames),
    urls: wanted(urls),
    urlPrefixes: urls.filter((url) => url.endsWith('*')).map((url) => url.slice(0, -1)),
  };
}

function wanted(names: readonly string[] = []): Wanted {
  return names.includes('*') ? undefined : new Set(names);
}

function covers(set: Wanted, name: string): boolean {
  return set === undefined || set.has(name);
}

function coversResource(rule: CompiledRule, asked: AuthorizationAttributes): boolean {
  if (!covers(rule.apiGroups, asked.apiGroup)) return false;
  if (rule.names !== undefined && !rule.names.has(asked.name)) return false;
  if (asked.subresource === '') return covers(rule.resources, asked.resource);
  return (
    covers(rule.resources, `${asked.resource}/${asked.subresource}`) ||
    rule.subresources.has(asked.subresource)
  );
}

function coversPath(rule: CompiledRule, path: string): boolean {
  return covers(rule.urls, path) || rule.urlPrefixes.some((prefix) => path.startsWith(prefix));
}
