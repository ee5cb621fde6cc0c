#!/usr/bin/env node
// The command. An older Node hands over to the one that was installed with pg8s.
import module from 'node:module';
import { endWithLauncher, isNewEnough, oldestMajor, pinnedNode, runBy } from './pinned-node.js';

const node = isNewEnough ? undefined : pinnedNode();
if (isNewEnough) {
  endWithLauncher();
  // Keeps what was compiled for the next start.
  module.enableCompileCache?.();
  const { main } = await import('../src/cli.ts');
  process.exitCode = await main(process.argv);
} else if (node !== undefined) {
  runBy(node, process.argv.slice(1));
} else {
  console.error(
    `pg8s: needs Node ${oldestMajor} or later, this is ${process.versions.node}: run "npm ci" first`,
  );
  process.exitCode = 1;
}
