import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { type Check, type Rule, plural, quoted, settersOf, sorted } from '../check.ts';

const allowedTypes = ['RuntimeDefault', 'Localhost'];
const annotationPrefix = 'container.apparmor.security.beta.kubernetes.io/';

function isAllowedAnnotation(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

const rule: Rule = (pod) => {
  const types: string[] = [];
  const setters = settersOf(pod, ({ appArmorProfile }) => {
    if (appArmorProfile == null || allowedTypes.includes(appArmorProfile.type)) return false;
    types.push(appArmorProfile.type ?? '');
    return true;
  });
  const annotations = sorted(
    Object.entries(pod.annotations)
      .filter(([key, value]) => key.startsWith(annotationPrefix) && !isAllowedAnnotation(value))
      .map(([key, value]) => `${key}=${goQuote(value)}`),
  );
  if (annotations.length > 0) setters.push(plural(annotations.length, 'annotation'));
  if (setters.length === 0) return undefined;
  const values = [...sorted(types), ...annotations];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

/** The runtime's AppArmor profile is not switched off. */
export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [{ since: 0, rule }],
};
