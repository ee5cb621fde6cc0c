import type { Event, KeyValue } from '../../etcdserverpb/types.ts';

/** More than the tags, lengths and integers of one event can take. */
const eventOverheadBytes = 128;

/**
 * Splits the events of one response into parts of at most so many bytes, or one event where that alone is
 * larger (etcd: `api/v3rpc/watch.go`, sendFragments). Sizes are estimated, never too small.
 */
export function fragmentEvents(events: Event[], maxBytes: number): Event[][] {
  const parts: Event[][] = [];
  let begin = 0;
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    const eventBytes = keyValueBytes(event.kv) + keyValueBytes(event.prevKv) + eventOverheadBytes;
    if (index > begin && bytes + eventBytes > maxBytes) {
      parts.push(events.slice(begin, index));
      begin = index;
      bytes = 0;
    }
    bytes += eventBytes;
  }
  parts.push(begin === 0 ? events : events.slice(begin));
  return parts;
}

function keyValueBytes(kv: KeyValue | undefined): number {
  return kv === undefined ? 0 : kv.key.length + kv.value.length;
}
