import { startApiserver } from '@pg8s/apiserver-lite/apiserver';
import type { MakeCertificate } from '@pg8s/apiserver-lite/flags/serving-options';
import { ApiserverFlagError } from '@pg8s/apiserver-lite/flags/flag-error';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { type ApiserverFlagOptions, parseApiserverFlags } from '@pg8s/apiserver-lite/flags/parse-flags';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { DefineCommand } from '../define-command.ts';
import { etcdOverrides } from '../etcd-overrides.ts';
import { writePrivate } from '../private-file.ts';
import { runUntilStopped } from '../shutdown.ts';
import { startFailure } from '../start-failure.ts';
import { StopStack } from '../stop-stack.ts';
import { UsageError } from '../usage-error.ts';
import { addComponentLog, componentLog, type ComponentLogOptions } from './component-log.ts';
import { addFlagOptions, flagRow, type FlagRow, givenFlags } from './flag-options.ts';

const rows: readonly FlagRow[] = apiserverFlags.map((flag) => flagRow(flag));

/** `pg8s apiserver`: the API server alone, on any etcd, with kube-apiserver's own flags. */
export const defineApiserver: DefineCommand = (command, report) => {
  addComponentLog(addFlagOptions(command, rows)).action(async (options: ComponentLogOptions) => {
    const flags = await parse(command);
    const log = componentLog(options, flags);
    report(await runUntilStopped(log, () => start(flags, log)));
  });
};

async function parse(command: Command): Promise<ApiserverFlagOptions> {
  try {
    return await parseApiserverFlags(givenFlags(command, rows), { makeCertificate });
  } catch (error) {
    if (error instanceof ApiserverFlagError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** kube-apiserver makes its certificate for these names too. */
const serviceNames = ['kubernetes.default.svc', 'kubernetes.default', 'kubernetes', 'localhost'];

const makeCertificate: MakeCertificate = async ({ certFile, keyFile, hosts }) => {
  const { createSelfSigned } = await import('../pki/authority.ts');
  const { cert, key } = await createSelfSigned({
    organization: 'kube-apiserver',
    hosts: [...new Set([...hosts, '127.0.0.1', ...serviceNames])].filter(
      (host) => host !== '' && host !== '0.0.0.0' && host !== '::',
    ),
    years: 1,
  });
  await writePrivate(keyFile, key);
  await writePrivate(certFile, cert);
};

async function start({ apiserver, etcd }: ApiserverFlagOptions, log: Logger): Promise<StopStack> {
  const stack = new StopStack();
  try {
    const connect = (endpoints: readonly string[]): EtcdClient => {
      const client = createGrpcClient({ endpoints, tls: etcd.tls });
      stack.push('etcd client', () => Promise.resolve(client.close()));
      return client;
    };
    const server = await startApiserver({
      ...apiserver,
      etcd: connect(etcd.endpoints),
      ...etcdOverrides(etcd, connect),
      log,
    });
    stack.push('apiserver', () => server.close());
    return stack;
  } catch (error) {
    await stack.close();
    throw startFailure(error);
  }
}
