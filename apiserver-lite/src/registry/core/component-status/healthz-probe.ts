import { request } from 'node:https';
import { networkFailure } from '../../../outgoing/network-failure.ts';
import type { ComponentProbe } from './component-status-rest.ts';

const timeoutMs = 20_000;
const mostBytes = 10 * 1024;

/**
 * Asks a part of the control plane on this machine how it is: `GET https://127.0.0.1:PORT/healthz`, whatever
 * its certificate says, for it is one that the part made itself (Kubernetes: `registry/core/rest`,
 * `componentstatus`).
 */
export function healthzProbe(port: number): ComponentProbe {
  const url = `https://127.0.0.1:${port}/healthz`;
  return () =>
    new Promise((resolve, reject) => {
      const refuse = (reason: string): void => reject(new Error(`Get ${JSON.stringify(url)}: ${reason}`));
      const asked = request(
        url,
        { rejectUnauthorized: false, agent: false, timeout: timeoutMs },
        (answer) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          answer.on('data', (chunk: Buffer) => {
            if (bytes < mostBytes) chunks.push(chunk);
            bytes += chunk.byteLength;
          });
          answer.on('error', (error) => refuse(error.message));
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (answer.statusCode === 200) resolve(text);
            else reject(new Error(`unhealthy http status code: ${answer.statusCode} with body: ${text}`));
          });
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('net/http: request canceled')));
      asked.on('error', (error) => refuse(networkFailure(error, { host: '127.0.0.1', port })));
      asked.end();
    });
}
