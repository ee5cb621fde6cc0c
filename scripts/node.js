// `node scripts/node.js SCRIPT…` runs a script of this project by a Node that can: the pinned one, where npm installed it.
import { isNewEnough, oldestMajor, pinnedNode, runBy } from '../pg8s/bin/pinned-node.js';

const node = pinnedNode() ?? (isNewEnough ? process.execPath : undefined);
if (node === undefined) {
  console.error(
    `Node ${oldestMajor} or later is needed, this is ${process.versions.node}: run "npm ci" first`,
  );
  process.exitCode = 1;
} else {
  runBy(node, process.argv.slice(2));
}
