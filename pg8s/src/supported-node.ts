import { readFileSync } from 'node:fs';

/** The oldest version that `engines` in package.json allows, `22.23.2`. */
function oldestVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  return manifest.engines.node.replace('>=', '');
}

/**
 * One line that says which Node is needed, where `running` (as `process.versions.node`) is too old; or
 * undefined.
 */
export function unsupportedNode(running: string = process.versions.node): string | undefined {
  const oldest = oldestVersion();
  if (running.localeCompare(oldest, 'en', { numeric: true }) >= 0) return undefined;
  return `pg8s needs Node ${oldest} or later, this is ${running}`;
}
