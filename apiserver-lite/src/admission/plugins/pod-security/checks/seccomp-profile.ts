import { goQuote } from '@pg8s/k8s-proto/go-quote';
import {
  type Check,
  type JudgedPod,
  type Rule,
  type SharedContext,
  type Violation,
  containersOf,
  containersText,
  containersWhere,
  exceptOnWindows,
  plural,
  quoted,
  settersOf,
  sorted,
} from '../check.ts';

const reason = 'seccompProfile';
const podAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const containerAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

function isAllowedAnnotation(value: string): boolean {
  return value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
}

/** Before there were fields, profiles were annotations. */
const annotationRule: Rule = (pod) => {
  const keys = [podAnnotation, ...containersOf(pod).map(({ name }) => `${containerAnnotation}${name ?? ''}`)];
  const bad = sorted(
    keys.flatMap((key) => {
      if (!Object.hasOwn(pod.annotations, key)) return [];
      const value = pod.annotations[key] ?? '';
      return isAllowedAnnotation(value) ? [] : [`${key}=${goQuote(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  return { reason, detail: `forbidden ${plural(bad.length, 'annotation')} ${bad.join(', ')}` };
};

function isAllowed({ seccompProfile: profile }: SharedContext): boolean {
  return profile?.type === 'RuntimeDefault' || profile?.type === 'Localhost';
}

function badProfiles(pod: JudgedPod): Violation | undefined {
  const types: string[] = [];
  const setters = settersOf(pod, (context) => {
    if (context.seccompProfile == null || isAllowed(context)) return false;
    types.push(context.seccompProfile.type ?? '');
    return true;
  });
  if (setters.length === 0) return undefined;
  const values = quoted(sorted(types));
  return {
    reason,
    detail: `${setters.join(' and ')} must not set securityContext.seccompProfile.type to ${values}`,
  };
}

const restrictedRule: Rule = (pod) => {
  const bad = badProfiles(pod);
  if (bad !== undefined) return bad;
  if (pod.spec.securityContext != null && isAllowed(pod.spec.securityContext as SharedContext)) {
    return undefined;
  }
  const silent = containersWhere(pod, ({ securityContext }) => securityContext?.seccompProfile == null);
  if (silent.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** Filters of system calls are not switched off. */
export const seccompProfileBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, rule: annotationRule },
    { since: 19, rule: badProfiles },
  ],
};

const overrides = ['seccompProfile_baseline'];

/** System calls are filtered. */
export const seccompProfileRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  versions: [
    { since: 19, rule: restrictedRule, overrides },
    { since: 25, rule: exceptOnWindows(restrictedRule), overrides },
  ],
};
