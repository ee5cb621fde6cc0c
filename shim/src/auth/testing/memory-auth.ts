import type { AuthPort, AuthSource } from '../auth-port.ts';
import type { AuthState } from '../auth-state.ts';
import { AuthTable } from '../auth-table.ts';

/** Auth's database in memory, which changes its table at once. */
export class MemoryAuth implements AuthPort {
  readonly table: AuthTable;
  /** Tokens by hash; times are the test's. */
  readonly tokens = new Map<string, { user: string; expiresAtMs: number }>();
  nowMs = 0;

  constructor(table: AuthTable) {
    this.table = table;
  }

  async change(next: (state: AuthState) => AuthState): Promise<void> {
    await Promise.resolve();
    const before = this.table.state;
    const after = next(before);
    if (after === before) return;
    for (const [hash, { user }] of this.tokens) {
      const isSame = before.users.get(user)?.passwordHash === after.users.get(user)?.passwordHash;
      if (!isSame || after.epoch !== before.epoch) this.tokens.delete(hash);
    }
    this.table.apply(after);
  }

  saveToken(
    { hash, user, ttlMs }: { hash: Uint8Array; user: string; ttlMs: number },
    revision: number,
  ): Promise<boolean> {
    const { enabled, revision: current } = this.table.state;
    if (!enabled || revision !== current) return Promise.resolve(false);
    this.tokens.set(Buffer.from(hash).toString('hex'), { user, expiresAtMs: this.nowMs + ttlMs });
    return Promise.resolve(true);
  }

  findToken(hash: Uint8Array): Promise<{ user: string; leftMs: number } | undefined> {
    const token = this.tokens.get(Buffer.from(hash).toString('hex'));
    if (token === undefined || token.expiresAtMs <= this.nowMs) return Promise.resolve(undefined);
    return Promise.resolve({ user: token.user, leftMs: token.expiresAtMs - this.nowMs });
  }

  extendToken(hash: Uint8Array, ttlMs: number): Promise<void> {
    const token = this.tokens.get(Buffer.from(hash).toString('hex'));
    if (token !== undefined) token.expiresAtMs = this.nowMs + ttlMs;
    return Promise.resolve();
  }
}

/** Auth of a store in memory. */
export function createMemoryAuth(): AuthSource & { port: MemoryAuth } {
  const table = new AuthTable();
  return { table, port: new MemoryAuth(table) };
}
