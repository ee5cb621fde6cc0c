import { readFile } from 'node:fs/promises';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

let processMetrics: Registry | undefined;

/**
 * Metrics of the process, whichever servers are in it (prom-client: default metrics, and what Go's client has
 * besides). They are observed once, since observers cannot be taken away again.
 */
export function processRegistry(): Registry {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
    addLimits(processMetrics);
    addTraffic(processMetrics);
  }
  return processMetrics;
}

/** Without a limit, as Go's client shows it. */
const unlimited = 2 ** 64;

function addLimits(registry: Registry): void {
  const gauge: Gauge = new Gauge({
    name: 'process_virtual_memory_max_bytes',
    help: 'Maximum amount of virtual memory available in bytes.',
    registers: [registry],
    async collect() {
      const limit = /^Max address space\s+(\S+)/m.exec(await readProc('limits'))?.[1];
      if (limit !== undefined) gauge.set(limit === 'unlimited' ? unlimited : Number(limit));
    },
  });
}

function addTraffic(registry: Registry): void {
  for (const [direction, verb, field] of [
    ['receive', 'received', 'InOctets'],
    ['transmit', 'sent', 'OutOctets'],
  ] as const) {
    const gauge: Gauge = new Gauge({
      name: `process_network_${direction}_bytes_total`,
      help: `Number of bytes ${verb} by the process over the network.`,
      registers: [registry],
      async collect() {
        const bytes = octets(await readProc('net/netstat'), field);
        if (bytes !== undefined) gauge.set(bytes);
      },
    });
    // prom-client's counters cannot be set to what the kernel has counted.
    (gauge as unknown as { type: string }).type = 'counter';
  }
}

/** A file of `/proc/self`; empty where there is none. */
async function readProc(name: string): Promise<string> {
  return readFile(`/proc/self/${name}`, 'utf8').catch(() => '');
}

/** Of `IpExt:` in netstat, whose first line has the names, and whose second the values. */
function octets(netstat: string, field: string): number | undefined {
  const [names = [], values = []] = netstat
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
    .map((line) => line.split(' '));
  const value = values[names.indexOf(field)];
  return value === undefined ? undefined : Number(value);
}
