import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { parse } from 'yaml';
import type { Destination, OutgoingTls } from './outgoing-client.ts';

/** Where a webhook is that a kubeconfig file names, and what the server shows it. */
export interface WebhookKubeconfig {
  readonly destination: Destination;
  /** `authorization`, where the user has a token or a password. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A kubeconfig that names no webhook; the message says what is missing. */
class WebhookKubeconfigError extends Error {
  override readonly name = 'WebhookKubeconfigError';
}

type Fields = Record<string, unknown>;

/**
 * Reads a kubeconfig as kube-apiserver's flags for webhooks take it: the cluster is the webhook, the user is
 * the API server. Files that it names are relative to `folder`. Programs that give credentials (`exec`) are
 * not run.
 *
 * @throws WebhookKubeconfigError
 */
export function readWebhookKubeconfig(text: string, folder: string): WebhookKubeconfig {
  let config: unknown;
  try {
    config = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new WebhookKubeconfigError((error as Error).message, { cause: error });
  }
  const fields = fieldsOf(config);
  const contextName = textOf(fields, 'current-context');
  const context = named(fields, 'contexts', contextName, 'context');
  if (context === undefined) {
    throw new WebhookKubeconfigError(
      contextName === '' ? 'there is no current-context' : `context "${contextName}" does not exist`,
    );
  }
  const clusterName = textOf(context, 'cluster');
  const cluster = named(fields, 'clusters', clusterName, 'cluster');
  if (cluster === undefined) throw new WebhookKubeconfigError(`cluster "${clusterName}" does not exist`);
  const userName = textOf(context, 'user');
  const user = named(fields, 'users', userName, 'user');
  if (user === undefined && userName !== '') {
    throw new WebhookKubeconfigError(`user "${userName}" does not exist`);
  }
  const server = textOf(cluster, 'server');
  if (!URL.canParse(server)) throw new WebhookKubeconfigError(`server "${server}" is not a URL`);
  const read = (owner: Fields, name: string): Buffer | undefined => pemOf(owner, name, folder);
  const ca = read(cluster, 'certificate-authority');
  const cert = user === undefined ? undefined : read(user, 'client-certificate');
  const key = user === undefined ? undefined : read(user, 'client-key');
  const serverName = textOf(cluster, 'tls-server-name');
  const tls: OutgoingTls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === '' ? {} : { serverName }),
    ...(ownValue(cluster, 'insecure-skip-tls-verify') === true ? { insecure: true } : {}),
  };
  return { destination: { url: new URL(server), tls }, headers: credentials(user ?? {}, folder) };
}

function credentials(user: Fields, folder: string): Record<string, string> {
  const tokenFile = textOf(user, 'tokenFile');
  const token = tokenFile === '' ? textOf(user, 'token') : fileAt(folder, tokenFile).toString().trim();
  if (token !== '') return { authorization: `Bearer ${token}` };
  const name = textOf(user, 'username');
  if (name === '') return {};
  const pair = Buffer.from(`${name}:${textOf(user, 'password')}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

function pemOf(owner: Fields, name: string, folder: string): Buffer | undefined {
  const data = textOf(owner, `${name}-data`);
  if (data !== '') return Buffer.from(data, 'base64');
  const file = textOf(owner, name);
  return file === '' ? undefined : fileAt(folder, file);
}

function fileAt(folder: string, file: string): Buffer {
  try {
    return readFileSync(resolve(folder, file));
  } catch (error) {
    throw new WebhookKubeconfigError((error as Error).message, { cause: error });
  }
}

function named(config: Fields, list: string, name: string, field: string): Fields | undefined {
  const entries = ownValue(config, list);
  if (!Array.isArray(entries)) return undefined;
  const entry = entries.map(fieldsOf).find((each) => textOf(each, 'name') === name);
  return entry === undefined ? undefined : fieldsOf(ownValue(entry, field));
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function textOf(fields: Fields, name: string): string {
  const value = ownValue(fields, name);
  return typeof value === 'string' ? value : '';
}
