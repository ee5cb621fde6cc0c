import type { OutgoingHttpHeaders } from 'node:http';
import type { Destination, OutgoingTls } from '../../outgoing/outgoing-client.ts';

/** How the server shows a webhook who it is. */
export interface WebhookCredentials {
  readonly tls?: Pick<OutgoingTls, 'cert' | 'key'>;
  readonly headers?: OutgoingHttpHeaders;
}

/** Credentials for a webhook. Rejects with a CredentialsError where they cannot be read. */
export type CredentialsOf = (
  destination: Pick<Destination, 'url' | 'service'>,
) => Promise<WebhookCredentials>;

/** Credentials that cannot be read; the message is of the file system, or says what is wrong. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** A user of a kubeconfig, as far as webhooks are called as somebody. */
interface KubeconfigUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>;
}

/** A kubeconfig: its users are named for the servers that they are for. */
export interface Kubeconfig {
  readonly users?: readonly { readonly name?: string; readonly user?: KubeconfigUser }[];
  readonly contexts?: readonly { readonly name?: string; readonly context?: { readonly user?: string } }[];
  readonly 'current-context'?: string;
}

/**
 * Chooses users of a kubeconfig by the host and port of a webhook: `name.namespace.svc:443`, the same without
 * the port where it is 443, `*.namespace.svc` and shorter, `*`, and at last the user of the current context
 * (Kubernetes: `util/webhook/authentication.go`). `readFile` gives a file's content; it is asked at each
 * call, so that files may change.
 */
export function kubeconfigCredentials(
  kubeconfig: Kubeconfig,
  readFile: (path: string) => Promise<Buffer>,
): CredentialsOf {
  const users = new Map<string, KubeconfigUser>();
  for (const { name = '', user = {} } of kubeconfig.users ?? []) users.set(name, user);
  const current = kubeconfig.contexts?.find(({ name }) => name === kubeconfig['current-context']);
  const read = async (path: string): Promise<Buffer> => {
    try {
      return await readFile(path);
    } catch (error) {
      throw new CredentialsError((error as Error).message, { cause: error });
    }
  };
  return async (destination) => {
    const found = namesOf(hostPortOf(destination)).find((name) => users.has(name));
    const user = users.get(found ?? current?.context?.user ?? '');
    return user === undefined ? {} : credentialsOf(user, read);
  };
}

function hostPortOf({ url, service }: Pick<Destination, 'url' | 'service'>): string {
  if (service !== undefined) return `${service.name}.${service.namespace}.svc:${service.port}`;
  return `${url.hostname}:${url.port === '' ? '443' : url.port}`;
}

/** The names of users that are for a server, the most exact first. */
function namesOf(hostPort: string): string[] {
  const host = hostPort.endsWith(':443') ? hostPort.slice(0, -':443'.length) : undefined;
  return [...wildcardsOf(hostPort), ...(host === undefined ? [] : wildcardsOf(host)), '*'];
}

function wildcardsOf(target: string): string[] {
  const steps = target.split('.');
  return [target, ...steps.slice(1).map((_step, index) => `*.${steps.slice(index + 1).join('.')}`)];
}

async function credentialsOf(
  user: KubeconfigUser,
  read: (path: string) => Promise<Buffer>,
): Promise<WebhookCredentials> {
  const part = async (data: string | undefined, path: string | undefined): Promise<Buffer | undefined> => {
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64');
    return path === undefined || path === '' ? undefined : read(path);
  };
  const cert = await part(user['client-certificate-data'], user['client-certificate']);
  const key = await part(user['client-key-data'], user['client-key']);
  const token = user.token || (user.tokenFile && (await read(user.tokenFile)).toString().trim());
  const headers: OutgoingHttpHeaders = impersonation(user);
  if (token) headers['authorization'] = `Bearer ${token}`;
  else if (user.username || user.password) {
    const basic = Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64');
    headers['authorization'] = `Basic ${basic}`;
  }
  return { headers, ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }) };
}

function impersonation(user: KubeconfigUser): OutgoingHttpHeaders {
  if (user.as === undefined || user.as === '') return {};
  const extra = Object.entries(user['as-user-extra'] ?? {});
  return {
    'impersonate-user': user.as,
    ...(user['as-uid'] === undefined ? {} : { 'impersonate-uid': user['as-uid'] }),
    ...(user['as-groups'] === undefined ? {} : { 'impersonate-group': [...user['as-groups']] }),
    ...Object.fromEntries(
      extra.map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
        [...values],
      ]),
    ),
  };
}
