import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../../../api-errors/status-error.ts';
import { createKubeletClient } from './kubelet-client.ts';
import { podLogOptions } from './log-options.ts';

// Codes and messages are those of a kube-apiserver 1.36.3.
test('parameters of logs are read and refused as by kube-apiserver', () => {
  const invalid = (text: string): [number, string] => [422, `PodLogOptions "p" is invalid: ${text}`];
  const refused: [query: string, answer: [number, string]][] = [
    ['tailLines=-1', invalid('tailLines: Invalid value: -1: must be greater than or equal to 0')],
    ['limitBytes=0', invalid('limitBytes: Invalid value: 0: must be greater than 0')],
    ['sinceSeconds=0', invalid('sinceSeconds: Invalid value: 0: must be greater than 0')],
    [
      'sinceSeconds=5&sinceTime=2020-01-01T00:00:00Z',
      invalid('[]: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'),
    ],
    ['stream=Stdout&tailLines=3', invalid('stream: Forbidden: may not be specified')],
    [
      'limitBytes=-1&tailLines=-2',
      invalid(
        '[tailLines: Invalid value: -2: must be greater than or equal to 0, limitBytes: Invalid value: -1: must be greater than 0]',
      ),
    ],
    ['tailLines=x', [400, 'strconv.ParseInt: parsing "x": invalid syntax']],
    [
      'sinceTime=abc',
      [400, 'parsing time "abc" as "2006-01-02T15:04:05Z07:00": cannot parse "abc" as "2006"'],
    ],
  ];
  for (const [query, [code, message]] of refused) {
    assert.throws(
      () => podLogOptions('p', new URLSearchParams(query)),
      (error) => error instanceof StatusError && error.status.code === code && error.message === message,
      query,
    );
  }
  const taken = podLogOptions(
    'p',
    new URLSearchParams(
      'follow=maybe&previous=false&timestamps=&tailLines=3&limitBytes=9&sinceSeconds=7&container=c',
    ),
  );
  assert.equal(taken.query.toString(), 'follow=true&timestamps=true&sinceSeconds=7&tailLines=3&limitBytes=9');
  assert.equal(taken.container, 'c');
});

test('a kubelet is called at the first address type that is preferred, and at its own port', () => {
  const addresses = [
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'InternalDNS', address: 'localhost' },
    { type: 'ExternalIP', address: 'fd00::1' },
  ];
  const node = { status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: 1234 } } } };
  assert.equal(createKubeletClient({}).urlOf(node, '/x?y=z').href, 'https://localhost:1234/x?y=z');
  const external = createKubeletClient({ preferredAddressTypes: ['ExternalIP'] });
  assert.equal(external.urlOf({ status: { addresses } }, '/x').href, 'https://[fd00::1]:10250/x');
  const none = createKubeletClient({ preferredAddressTypes: ['ExternalDNS'] });
  assert.throws(() => none.urlOf(node, '/x'), {
    message:
      'no preferred addresses found; known addresses: [{InternalIP 10.0.0.1} {InternalDNS localhost} {ExternalIP fd00::1}]',
  });
  assert.throws(() => none.urlOf({}, '/x'), { message: 'no preferred addresses found; known addresses: []' });
});
