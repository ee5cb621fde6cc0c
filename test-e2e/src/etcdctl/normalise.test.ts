import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from './normalise.ts';

const ours = 'http://127.0.0.1:41235';
const other = 'http://127.0.0.1:5';

function same(a: string, b: string): void {
  assert.equal(normalise(a, ours), normalise(b, other));
}

function different(a: string, b: string): void {
  assert.notEqual(normalise(a, ours), normalise(b, other));
}

test('identities, terms, times, addresses and widths are made equal', () => {
  same(
    `${ours} is healthy: successfully committed proposal: took = 4.97ms`,
    `${other} is healthy: successfully committed proposal: took = 812.5µs`,
  );
  same(
    '{"header":{"cluster_id":5488732011564705906,"member_id":7201030549125755568,"revision":31,"raft_term":1}}',
    '{"header":{"cluster_id":2755613793311995676,"member_id":9829954754940738069,"revision":31,"raft_term":12}}',
  );
  same(
    'lease 28071f16ee69f711 granted with TTL(300s), remaining(299s)',
    'lease 2919a1fe5c9ea655 granted with TTL(300s), remaining(300s)',
  );
  same(
    `| ${ours} | true | 5.8ms |\n+---------------+`,
    `| ${other}      | true | 3.2712ms |\n+--------------------+`,
  );
  same('"RaftTerm" : 2\n"Lease" : 7587877384763456789', '"RaftTerm" : 1\n"Lease" : 1587877384763456789');
});

test('everything else is not', () => {
  different('{"header":{"revision":31}}', '{"header":{"revision":32}}');
  different('lease 28071f16ee69f711 granted with TTL(300s)', 'lease 28071f16ee69f711 granted with TTL(60s)');
  different('OK', 'OK\n\n');
  different('key\nvalue', 'key\nother');
  different('Error: etcdserver: permission denied', 'Error: etcdserver: user name is empty');
  different('"Hash" : 2111055554', '"Hash" : 3116315658');
  different('"ModRevision" : 12', '"ModRevision" : 13');
});
