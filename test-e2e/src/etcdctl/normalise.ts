/**
 * What no two servers, and no two runs, have in common; everything else that etcdctl prints is compared as it
 * is.
 */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Identities: of members, clusters and leases; hexadecimal, or as long numbers in JSON and fields.
  [/\b[0-9a-f]{12,16}\b/g, '<id>'],
  [/\b\d{15,20}\b/g, '<id>'],
  // One member's Raft is not another's.
  [/("raft_?[tT]erm": ?|"RaftTerm" : |"raft_term":)\d+/g, '$1<term>'],
  [/("raft(?:Applied)?Index":|"Raft(?:Applied)?Index" : )\d+/g, '$1<index>'],
  // Logs of etcdctl itself, with its clock and its source lines.
  [/^\{"level":.*$/gm, '<log>'],
  // How long it took, in a sentence, in JSON and in a table.
  [/(took(?: =)? |"took":"|\| )[\d.]+(?:µs|ms|s)\b/g, '$1<time>'],
  [/remaining\(\d+s\)/g, 'remaining(<s>)'],
  [/("ttl":|"TTL" : )\d+/g, '$1<s>'],
];

/** Makes output of one server comparable with that of another. */
export function normalise(text: string, url: string): string {
  let result = text.replaceAll(url, '<url>').replaceAll(url.replace(/^https?:\/\//, ''), '<address>');
  for (const [pattern, replacement] of rules) result = result.replaceAll(pattern, replacement);
  return result.split('\n').map(withoutWidths).join('\n');
}

/** Columns of tables are as wide as what is in them. */
function withoutWidths(line: string): string {
  return /^[|+]/.test(line) ? line.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-') : line.trimEnd();
}
