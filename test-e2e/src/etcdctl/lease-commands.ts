import { step, type Step } from './comparison.ts';

/** etcd keeps the keys of a lease in a map, and tells them in any order. */
const anyOrder: Omit<Step, 'args'> = { leaveOut: [/leased\/[12]/g, /bGVhc2VkLz[EI]=/g] };

/** lease grant, list, timetolive, keep-alive and revoke, and keys that are attached. */
export const leaseCommands: readonly Step[] = [
  step('lease list', { says: /found 0 leases/ }),
  step('lease grant 300', {
    says: /lease [0-9a-f]+ granted with TTL\(300s\)/,
    keep: { LEASE: /lease ([0-9a-f]+) granted/ },
  }),
  step('lease grant 400 -w json', { says: /"(ttl|TTL)":400/ }),
  step('lease grant 300 -w fields'),
  step('lease grant 1', { says: /TTL\(2s\)/ }),
  step('lease grant 9000000001', { code: 1, says: /etcdserver: too large lease TTL/ }),
  step('lease grant x', { code: 128 }),
  step('put leased/1 x --lease=$LEASE', { says: /^OK$/m }),
  step('put leased/2 x --lease=$LEASE', { says: /^OK$/m }),
  step('put leased/2 y --ignore-lease'),
  step('get leased/ --prefix -w fields', { says: /"Lease" : \d+/ }),
  step('lease timetolive $LEASE', { says: /granted with TTL\(300s\), remaining\((300|29\d)s\)/ }),
  step('lease timetolive $LEASE --keys', {
    says: /attached keys\(\[leased\/[12] leased\/[12]\]\)/,
    ...anyOrder,
  }),
  step('lease timetolive $LEASE --keys -w json', {
    says: /"keys":\["bGVhc2VkLz[EI]=","bGVhc2VkLz[EI]="\]/,
    ...anyOrder,
  }),
  step('lease timetolive $LEASE --keys -w fields', { says: /"GrantedTTL" : 300/, ...anyOrder }),
  step('lease timetolive 1234 -w json', { says: /"ttl":-1/ }),
  step('lease timetolive 1234', { says: /already expired/ }),
  step('lease keep-alive --once $LEASE', { says: /keepalived with TTL\(300\)/ }),
  step('lease keep-alive --once $LEASE -w json'),
  step('lease keep-alive --once 1234', { code: 2, says: /requested lease not found/ }),
  step('lease keep-alive 1234', { says: /expired or revoked/ }),
  step('put leased/1 free', { says: /^OK$/m }),
  step('lease revoke $LEASE', { says: /lease [0-9a-f]+ revoked/ }),
  step('get leased/ --prefix', { says: /^leased\/1\nfree$/m }),
  step('lease revoke $LEASE', { code: 1, says: /requested lease not found/ }),
  step('lease revoke nonsense', { code: 128 }),
  step('lease list -w json'),
];
