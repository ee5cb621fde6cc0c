/** One entry of an Accept header (RFC 9110 §12.5.1). */
export interface AcceptClause {
  type: string;
  subtype: string;
  quality: number;
  parameters: ReadonlyMap<string, string>;
}

/** Accept headers repeat endlessly: clients send the same handful of values. */
const cache = new Map<string, readonly AcceptClause[]>();
const cacheLimit = 256;

/** The clauses of an Accept header, the preferred first; entries that can't be read are skipped. */
export function parseAccept(header: string): readonly AcceptClause[] {
  const known = cache.get(header);
  if (known !== undefined) return known;
  const clauses: AcceptClause[] = [];
  for (const entry of header.split(',')) {
    const clause = parseClause(entry.trim());
    if (clause !== undefined) clauses.push(clause);
  }
  clauses.sort(byPreference);
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(header, clauses);
  return clauses;
}

function parseClause(entry: string): AcceptClause | undefined {
  const [range = '', ...rest] = entry.split(';');
  const parts = range.trim().split('/');
  let [type = '', subtype] = parts;
  type = type.trim();
  if (parts.length === 1 && type === '*') subtype = '*';
  if (subtype === undefined || parts.length > 2 || type === '') return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals < 0) continue;
    const name = parameter.slice(0, equals).trim().toLowerCase();
    const value = parameter.slice(equals + 1).trim();
    if (name === 'q') {
      const parsed = Number(value);
      quality = Number.isNaN(parsed) ? 1 : parsed;
    } else {
      parameters.set(name, value);
    }
  }
  return { type, subtype: subtype.trim(), quality, parameters };
}

function byPreference(a: AcceptClause, b: AcceptClause): number {
  if (a.quality !== b.quality) return b.quality - a.quality;
  if ((a.type === '*') !== (b.type === '*')) return a.type === '*' ? 1 : -1;
  if ((a.subtype === '*') !== (b.subtype === '*')) return a.subtype === '*' ? 1 : -1;
  return 0;
}
