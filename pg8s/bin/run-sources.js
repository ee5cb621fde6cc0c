// The command in a checkout. A Node that is too old to run the sources hands over to the one that was installed with pg8s.
import { endWithLauncher, isNewEnough, oldestMajor, pinnedNode, runBy } from './pinned-node.js';

const node = isNewEnough ? undefined : pinnedNode();
if (isNewEnough) {
  endWithLauncher();
  await import('../src/run.ts');
} else if (node !== undefined) {
  runBy(node, process.argv.slice(1));
} else {
  console.error(
    `pg8s: needs Node ${oldestMajor} or later, this is ${process.versions.node}: run "npm ci" first`,
  );
  process.exitCode = 1;
}
