interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: Requirement[];
}

function isStructured(selector: object): selector is LabelSelector {
  return Object.entries(selector).some(([name, value]) => {
    return (name === 'matchLabels' || name === 'matchExpressions') && typeof value === 'object';
  });
}

function requirementsOf(selector: unknown): Requirement[] {
  if (typeof selector !== 'object' || selector === null) return [];
  const { matchLabels, matchExpressions = [] } = isStructured(selector)
    ? selector
    : { matchLabels: selector as Record<string, string> };
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }));
  return [...equal, ...matchExpressions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/**
 * `app=web,tier in (a,b),!old`: a LabelSelector, or a plain map of labels, as text; empty when it selects
 * everything.
 */
export function formatLabelSelector(selector: unknown): string {
  return requirementsOf(selector)
    .map(({ key, operator, values = [] }) => {
      const list = [...values].sort().join(',');
      switch (operator) {
        case '=':
          return `${key}=${values[0] ?? ''}`;
        case 'In':
          return `${key} in (${list})`;
        case 'NotIn':
          return `${key} notin (${list})`;
        case 'Exists':
          return key;
        default:
          return `!${key}`;
      }
    })
    .join(',');
}

/** Whether a LabelSelector (or a plain map of labels) selects these labels. */
export function selects(selector: unknown, labels: Record<string, string> = {}): boolean {
  return requirementsOf(selector).every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case '=':
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}
