/** The command `pg8s` of the published package. */
import module from 'node:module';
import { unsupportedNode } from './supported-node.ts';

const unsupported = unsupportedNode();
if (unsupported === undefined) {
  // Keeps what was compiled for the next start.
  module.enableCompileCache?.();
  const { main } = await import('./cli.ts');
  process.exitCode = await main(process.argv);
} else {
  console.error(unsupported);
  process.exitCode = 1;
}
