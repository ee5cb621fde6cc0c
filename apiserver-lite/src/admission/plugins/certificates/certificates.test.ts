import 'reflect-metadata';
import { cryptoProvider, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import type { Authorization, AuthorizationAttributes } from '../../../authorization/authorizer.ts';
import type { AdmissionPlugin } from '../../plugin.ts';
import { admissionAttributes } from '../../testing/admission-attributes.ts';
import { certificateApproval } from './certificate-approval.ts';
import { certificateSigning } from './certificate-signing.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';

cryptoProvider.set(webcrypto);

const resource = { group: 'certificates.k8s.io', version: 'v1', resource: 'certificatesigningrequests' };
const refused = (message: string) => ({
  message: `certificatesigningrequests.certificates.k8s.io "csr" is forbidden: ${message}`,
});

/** Allows what is in the list, as `verb name`. */
const allowing = (...allowed: string[]) => ({
  authorizer: {
    authorize: ({ verb, name, apiGroup, resource: asked }: AuthorizationAttributes): Authorization =>
      apiGroup === 'certificates.k8s.io' && asked === 'signers' && allowed.includes(`${verb} ${name}`)
        ? { decision: 'allow', reason: '' }
        : { decision: 'noOpinion', reason: '' },
  },
});

async function update(plugin: AdmissionPlugin, subresource: string, status: object): Promise<void> {
  const spec = { signerName: 'example.com/one' };
  await plugin.validate?.(
    admissionAttributes({
      operation: 'UPDATE',
      resource,
      subresource,
      name: 'csr',
      object: { metadata: {}, spec, status },
      oldObject: { metadata: {}, spec, status: {} },
    }),
  );
}

test('who approves may approve for the signer, or for all of its domain', async () => {
  const message = 'user not permitted to approve requests with signerName "example.com/one"';
  const status = { conditions: [{ type: 'Approved' }] };
  await update(certificateApproval(allowing('approve example.com/one')), 'approval', status);
  await update(certificateApproval(allowing('approve example.com/*')), 'approval', status);
  for (const allowed of ['approve example.com/two', 'sign example.com/one'])
    await assert.rejects(update(certificateApproval(allowing(allowed)), 'approval', {}), refused(message));
  await update(certificateApproval(allowing()), 'status', status);
  await update(certificateApproval(allowing()), '', status);
});

test('who signs may sign for the signer', async () => {
  const message = 'user not permitted to sign requests with signerName "example.com/one"';
  const certificate = { certificate: 'AAAA' };
  await update(certificateSigning(allowing('sign example.com/one')), 'status', certificate);
  await update(certificateSigning(allowing()), 'status', { conditions: [] });
  await update(certificateSigning(allowing()), 'approval', certificate);
  for (const status of [certificate, { conditions: [{ type: 'Failed' }] }])
    await assert.rejects(update(certificateSigning(allowing()), 'status', status), refused(message));
});

async function requestFor(name: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return Buffer.from(request.toString('pem')).toString('base64');
}

test('nobody requests a client certificate of system:masters', async () => {
  const plugin = certificateSubjectRestriction();
  const create = async (signerName: string, request: string) =>
    plugin.validate?.(
      admissionAttributes({
        resource,
        name: 'csr',
        object: { metadata: { name: 'csr' }, spec: { signerName, request } },
      }),
    );
  const signer = 'kubernetes.io/kube-apiserver-client';
  const master = await requestFor('CN=a, O=team, O=system:masters');
  await create(signer, await requestFor('CN=a, O=team'));
  await create('example.com/one', master);
  await assert.rejects(
    create(signer, master),
    refused(`use of ${signer} signer with system:masters group is not allowed`),
  );
  await assert.rejects(
    create(signer, ''),
    refused('failed to parse CSR: PEM block type must be CERTIFICATE REQUEST'),
  );
});
