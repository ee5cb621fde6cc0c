import type { Family } from '../../family.ts';

const counted =
  /^apiserver_(validating_admission_policy|mutating_admission_policy|admission_match_condition)_\w+(_total|_count)\{/;

/** What was counted of the policies so far, but for those that are asked until they are in force. */
export const policyMetrics: Family = {
  name: 'policies, metrics',
  async run(ask) {
    const { body } = await ask.silently({ path: '/metrics' });
    const lines = body
      .toString()
      .split('\n')
      .filter((line) => counted.test(line) && !line.includes('"sentinel-'));
    ask.show('counters', Object.fromEntries(lines.map((line) => line.split(/ (?=\S+$)/))));
  },
};
