import { allow } from '../allow.ts';
import { tokens } from '../asked-server.ts';
import type { Ask, Family } from '../family.ts';
import { merge } from './admission-pods.ts';

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const token = tokens.signer;

/** PKCS #10 requests for `CN=someone`, made by openssl. */
const requested = {
  alone:
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITU1IUUNBUUF3RWpFUU1BNEdBMVVFQXd3SGMyOXRaVzl1WlRCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OQpBd0VIQTBJQUJMa1RwRUpSQnFYVnFUVWpHd2hoZ0xFNHRyTS9adC9EeHVXUzRSbGlUUDVoeFg1MjI3MG9qUlV1CkdZaHF4alBPdUw0ZmY3ZEc5YkY2L0YxaEMxQTZIeFNnQURBS0JnZ3Foa2pPUFFRREFnTklBREJGQWlFQTVyaW4KR2kvanN3QjFMdVhvWGw0VEIvblNPT2FKdTcvSVh6aVRLY1Z0cFFjQ0lFOXNvUEJBYzVVOUF4TUNjNjBzdUt4UwpzbFQ4Z1hvTkJpTkF4bnVMeEkwZgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
  master:
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIbU1JR05BZ0VBTUNzeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVJBd0RnWURWUVFEREFkegpiMjFsYjI1bE1Ga3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEUWdBRVUzcTYwT1pnQU1QaEVKZC92M1JlCjZzVnlpWDViT0VwWlZ6Z3UzRnhYdVlWV1NwTk1BMStVMjh5Qm5wVnN2bGtrSDczM3NLdnYzejA2MFlaSkZuaTEKQXFBQU1Bb0dDQ3FHU000OUJBTUNBMGdBTUVVQ0lRQ0JDR0pwRkI1L3BUSHo3WStYem80TUxXQ0xETHd0dkRpeQp1ZysyajBQdzhBSWdHNTNsQkxRR2R6L3pCY1RzL01MMFB0WGpZL0JrMGxITWpLNytCTkloNnNvPQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
  alsoMaster:
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIMk1JR2NBZ0VBTURveERUQUxCZ05WQkFvTUJIUmxZVzB4RnpBVkJnTlZCQW9NRG5ONWMzUmxiVHB0WVhOMApaWEp6TVJBd0RnWURWUVFEREFkemIyMWxiMjVsTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFCkVhNndqRTVyak93WGVOL0hZdmtrQjRrbnU0WWI3eVJra2ZkUGpTRTVqVEt1Z3FHcVN2TWhKeE91MFNvVnNKTWkKTWcwbjNRNzVLaGlmQk5iWjhxTEVicUFBTUFvR0NDcUdTTTQ5QkFNQ0Ewa0FNRVlDSVFEVnhrd3JXaEdFc1J5VQpzV3NBd2djbXY1YW9JWEhQejRpQ3NhV3JvSTR2dHdJaEFNWWN6QjJtUjFEWjltb2dRSzljZnRYdjZnNXZLVUZSCm5IQ2JVaXBZUXQ0MQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
};

const client = 'kubernetes.io/kube-apiserver-client';

async function create(ask: Ask, name: string, signerName: string, request: string): Promise<void> {
  await ask(`create ${name}`, {
    path: requests,
    body: { metadata: { name }, spec: { signerName, request, usages: ['client auth'] } },
  });
}

/** What somebody does who may only do it for some signers. */
async function decide(ask: Ask, name: string, as: string): Promise<void> {
  const condition = { status: 'True', reason: 'Test', message: 'by a family' };
  await ask(`approve ${name}, ${as}`, {
    method: 'PATCH',
    path: `${requests}/${name}/approval?dryRun=All`,
    headers: merge,
    token,
    body: { status: { conditions: [{ type: 'Approved', ...condition }] } },
  });
  await ask(`deny ${name}, ${as}`, {
    method: 'PATCH',
    path: `${requests}/${name}/approval?dryRun=All`,
    headers: merge,
    token,
    body: { status: { conditions: [{ type: 'Denied', ...condition }] } },
  });
  await ask(`fail ${name}, ${as}`, {
    method: 'PATCH',
    path: `${requests}/${name}/status?dryRun=All`,
    headers: merge,
    token,
    body: { status: { conditions: [{ type: 'Failed', ...condition }] } },
  });
  await ask(`label the status of ${name}, ${as}`, {
    method: 'PATCH',
    path: `${requests}/${name}/status?dryRun=All`,
    headers: merge,
    token,
    body: { metadata: { labels: { a: 'b' } } },
  });
}

/** The admission plugins CertificateApproval, CertificateSigning and CertificateSubjectRestriction. */
export const admissionCertificates: Family = {
  name: 'admission: certificates',
  async run(ask) {
    const groups = { apiGroups: ['certificates.k8s.io'] };
    await allow(ask, 'signer', [
      {
        ...groups,
        resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
        verbs: ['update', 'patch'],
      },
      { ...groups, resources: ['signers'], resourceNames: ['example.com/named'], verbs: ['approve', 'sign'] },
      { ...groups, resources: ['signers'], resourceNames: ['example.org/*'], verbs: ['approve', 'sign'] },
      { ...groups, resources: ['signers'], resourceNames: ['example.net/half'], verbs: ['approve'] },
    ]);
    const signers = {
      named: 'example.com/named',
      'other-of-domain': 'example.com/other',
      'any-of-domain': 'example.org/any',
      half: 'example.net/half',
    };
    for (const [name, signerName] of Object.entries(signers)) {
      await create(ask, name, signerName, requested.alone);
      await decide(ask, name, 'as a signer');
    }
    for (const [name, request] of Object.entries(requested)) {
      await create(ask, `client-${name.toLowerCase()}`, client, request);
      await create(ask, `other-${name.toLowerCase()}`, 'example.com/named', request);
    }
    for (const name of [
      ...Object.keys(signers),
      ...Object.keys(requested).flatMap((each) => [
        `client-${each.toLowerCase()}`,
        `other-${each.toLowerCase()}`,
      ]),
    ])
      await ask(`delete ${name}`, { method: 'DELETE', path: `${requests}/${name}` });
  },
};
