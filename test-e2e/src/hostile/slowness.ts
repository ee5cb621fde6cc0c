/**
 * What `fixedWork` takes of a thread's time at best, in milliseconds, on the machine for which the limits of
 * stalls were set: two virtual cores of an Intel Xeon, on which 250 ms left room for each body.
 */
const referenceMs = 48;
/** The first runs are slower, as they are compiled. */
const runs = 15;
/** No machine is so slow that a stall of more than this many times the limit were none. */
const maxFactor = 3;

const body = JSON.stringify({
  items: Array.from({ length: 40_000 }, (_, index) => ({
    name: `n${index}`,
    labels: { app: `a${index % 7}` },
  })),
});

/** Of the sort that large bodies cost a server: parsing, keys by their names, an order, printing. */
function fixedWork(): number {
  const { items } = JSON.parse(body) as { items: { name: string }[] };
  const byName = new Map<string, object>();
  for (const item of items) byName.set(`k:{"name":${JSON.stringify(item.name)}}`, item);
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted)).length;
}

/**
 * How many times as long this machine takes for the same work as the one for which the limits were set: from
 * 1 to 3. It is the best of several runs, so that what else the machine does at the moment counts little.
 */
export function measureSlowness(): number {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const started = process.threadCpuUsage();
    fixedWork();
    const { user, system } = process.threadCpuUsage(started);
    bestMs = Math.min(bestMs, (user + system) / 1000);
  }
  return Math.min(maxFactor, Math.max(1, bestMs / referenceMs));
}
