import type { Lessor } from '../../lease/lessor.ts';
import type { Store } from '../../mvcc/store.ts';

const text = (value: string): Uint8Array => Buffer.from(value);

/**
 * A little of everything that a store can hold: superseded values, deletions, a key that came back, keys with
 * leases, revisions of several changes, also of one key, empty and large values, keys of all bytes, and a
 * compaction in the middle.
 */
export async function fillStore({ store, lessor }: { store: Store; lessor: Lessor }): Promise<void> {
  const put = (key: Uint8Array | string, value: Uint8Array | string, lease = 0n): Promise<unknown> =>
    store.put({
      key: typeof key === 'string' ? text(key) : key,
      value: typeof value === 'string' ? text(value) : value,
      lease,
    });
  for (let round = 1; round <= 3; round++) await put('often', `value ${round}`);
  await put('gone', '1');
  await store.deleteRange({ key: text('gone') });
  await put('back', '1');
  await store.deleteRange({ key: text('back') });
  await put('back', '2');
  await put('turned', '1');
  const turn = { requestDeleteRange: { key: text('turned') } };
  await store.txn({ success: [turn, { requestPut: { key: text('turned'), value: text('2') } }] });
  await put('brief', '1');
  const remove = { requestDeleteRange: { key: text('brief') } };
  await store.txn({ success: [{ requestPut: { key: text('brief'), value: text('2') } }, remove] });
  const { header } = await store.txn({
    success: [1, 2, 3, 4].map((index) => ({
      requestPut: { key: text(`together/${index}`), value: text(`${index}`) },
    })),
  });
  await store.compact({ revision: header.revision - 2, physical: true });
  await put('often', 'value 4');
  await put('empty', '');
  await put(Buffer.from([0]), 'zero');
  await put(Buffer.from([0xff, 0x00, 0xfe]), Buffer.from([0, 1, 2, 0xff]));
  for (const size of [3000, 4096, 5000, 70_000, 1_200_000])
    await put(`large/${size}`, Buffer.alloc(size, size));
  await lessor.grant({ id: 0x1234n, ttlSeconds: 1000 });
  await lessor.grant({ id: 0x7fff_ffff_ffff_fff0n, ttlSeconds: 5000 });
  await lessor.grant({ id: 77n, ttlSeconds: 100 });
  await put('leased/a', 'a', 0x1234n);
  await put('leased/b', 'b', 0x1234n);
  await put('leased/c', 'c', 0x7fff_ffff_ffff_fff0n);
  await lessor.revoke({ id: 77n });
  await store.deleteRange({ key: text('together/2'), rangeEnd: text('together/4') });
}
