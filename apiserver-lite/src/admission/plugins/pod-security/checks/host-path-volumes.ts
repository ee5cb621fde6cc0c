import { type Check, type Rule, plural, quoted } from '../check.ts';

const rule: Rule = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath != null).map(({ name }) => name ?? '');
  if (bad.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume')} ${quoted(bad)}` };
};

/** No files of the node. */
export const hostPathVolumes: Check = {
  id: 'hostPathVolumes',
  level: 'baseline',
  versions: [{ since: 0, rule }],
};
