import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../running-pg8s.ts';

/** The page that runs of other projects' suites write their counts to, each its own section. */
const conformancePage = join(projectRoot, 'docs/conformance.md');

/**
 * The page with the text between the markers of a section replaced: `<!-- begin NAME: … -->`, whose comment
 * may say who writes it, and `<!-- end NAME -->`. All else stays. Throws when the page has not exactly one
 * such section.
 */
export function replaceSection(page: string, name: string, text: string): string {
  const lines = page.split('\n');
  const begins = indexes(lines, new RegExp(`^<!-- begin ${RegExp.escape(name)}(:.*)? -->$`));
  const ends = indexes(lines, new RegExp(`^<!-- end ${RegExp.escape(name)} -->$`));
  const [begin = 0, ...otherBegins] = begins;
  const [end = 0, ...otherEnds] = ends;
  if (begins.length === 0 || otherBegins.length > 0 || otherEnds.length > 0 || end <= begin)
    throw new Error(`the page has not exactly one section "${name}"`);
  return [...lines.slice(0, begin + 1), '', text.trim(), '', ...lines.slice(end)].join('\n');
}

/** Writes a section, in Markdown; of `docs/conformance.md`, if not of another page. */
export async function writeSection(name: string, text: string, path = conformancePage): Promise<void> {
  const page = replaceSection(await readFile(path, 'utf8'), name, text);
  // Somebody may be reading: a page is replaced as a whole.
  const part = `${path}.${process.pid}`;
  await writeFile(part, page);
  await rename(part, path);
}

/** A Markdown table; bars in cells are escaped. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function indexes(lines: readonly string[], pattern: RegExp): number[] {
  return lines.flatMap((line, index) => (pattern.test(line) ? [index] : []));
}
