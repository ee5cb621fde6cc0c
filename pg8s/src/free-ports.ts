import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Rejects with the system's error (EADDRINUSE …) when a port of `host` cannot be listened on; 0 always can.
 * For telling it before anything is started; that a port is free now does not keep it so.
 */
export async function assertFree(host: string, ports: readonly number[]): Promise<void> {
  for (const port of ports.filter((one) => one !== 0)) {
    const server = createServer().listen({ host, port });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  }
}
