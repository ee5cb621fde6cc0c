import assert from 'node:assert/strict';
import type { EtcdClient } from '../../client/etcd-client.ts';
import { EtcdError, type GrpcCode, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { createGrpcClient } from '../../client/grpc-client.ts';
import type { PermissionRecord } from '../../etcdserverpb/auth-types.ts';
import { AuthClient } from './auth-client.ts';

const none = Buffer.alloc(0);

/** A server whose users, roles and permissions are a case's own. */
export class AuthWorld {
  readonly url: string;
  /** Nobody. */
  readonly auth: AuthClient;
  readonly #open: { close(): void }[] = [];

  constructor(url: string) {
    this.url = url;
    this.auth = this.#opened(new AuthClient(url));
  }

  /** The Auth service as that user. */
  async authAs(name: string, password = 'pw'): Promise<AuthClient> {
    return this.#opened(new AuthClient(this.url, await this.token(name, password)));
  }

  /** Everything else as that user. */
  async clientAs(name: string, password = 'pw'): Promise<EtcdClient> {
    return this.client(await this.token(name, password));
  }

  client(token?: string): EtcdClient {
    const endpoints = [this.url];
    return this.#opened(createGrpcClient(token === undefined ? { endpoints } : { endpoints, token }));
  }

  async token(name: string, password = 'pw'): Promise<string> {
    return (await this.auth.call('Authenticate', { name, password })).token;
  }

  /** Turns auth on, with root (password `root`) and one user, `ann` (`pw`), who has the role `r`. */
  async enableWithUser(...permissions: readonly PermissionRecord[]): Promise<AuthClient> {
    await this.auth.call('UserAdd', { name: 'root', password: 'root' });
    await this.auth.call('UserGrantRole', { user: 'root', role: 'root' });
    await this.auth.call('UserAdd', { name: 'ann', password: 'pw' });
    await this.auth.call('RoleAdd', { name: 'r' });
    for (const permission of permissions) {
      await this.auth.call('RoleGrantPermission', { name: 'r', permission });
    }
    await this.auth.call('UserGrantRole', { user: 'ann', role: 'r' });
    await this.auth.call('AuthEnable', {});
    return this.authAs('root', 'root');
  }

  async refuses(call: Promise<unknown>, code: keyof typeof grpcCode, message: string): Promise<void> {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof EtcdError, String(error));
      assert.deepEqual([error.code, error.message], [grpcCode[code] as GrpcCode, message]);
      return true;
    });
  }

  denies(call: Promise<unknown>): Promise<void> {
    return this.refuses(call, 'PERMISSION_DENIED', 'etcdserver: permission denied');
  }

  /** Leaves no user, no role and no key behind, and auth off. */
  async close(): Promise<void> {
    const root = await this.authAs('root', 'root').catch(() => this.auth);
    await root.call('AuthDisable', {}).catch(() => undefined);
    for (const name of (await this.auth.call('UserList', {})).users)
      await this.auth.call('UserDelete', { name });
    for (const role of (await this.auth.call('RoleList', {})).roles)
      await this.auth.call('RoleDelete', { role });
    await this.client().deleteRange({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) });
    for (const each of this.#open) each.close();
  }

  #opened<T extends { close(): void }>(client: T): T {
    this.#open.push(client);
    return client;
  }
}

/** One thing that every etcd's auth does. */
export interface AuthCase {
  readonly name: string;
  /** Versions of stock etcd that do it otherwise, each with the reason. */
  readonly differsIn?: Readonly<Record<string, string>>;
  run(world: AuthWorld): Promise<void>;
}

/** A permission on a key, or up to an end. */
export function permit(type: 'READ' | 'WRITE' | 'READWRITE', key: string, end = ''): PermissionRecord {
  return { type, key: Buffer.from(key), rangeEnd: end === '' ? none : Buffer.from(end) };
}
