import { readFileSync } from 'node:fs';

/** The oldest version that `engines` in package.json allows, `22.19.0`. */
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
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `pg8s needs Node ${oldestMajor}.${oldestMinor} or later, this is ${running}`;
}
