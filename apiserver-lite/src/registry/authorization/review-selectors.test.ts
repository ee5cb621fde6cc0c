import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSelectors, validateSelectors } from './review-selectors.ts';

const attributes = 'spec.resourceAttributes';

test('requirements become the text that authorizers read', () => {
  const fieldSelector = {
    requirements: [
      { key: 'spec.nodeName', operator: 'In', values: ['n1'] },
      { key: 'a', operator: 'NotIn', values: ['b,c'] },
    ],
  };
  const labelSelector = {
    requirements: [
      { key: 'app', operator: 'In', values: ['web', 'api'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'new', operator: 'Exists' },
    ],
  };
  assert.deepEqual(readSelectors({ fieldSelector, labelSelector }), {
    fieldSelector: String.raw`spec.nodeName=n1,a!=b\,c`,
    labelSelector: 'app in (web,api),!old,new',
    evaluationErrors: [],
  });
});

test('what cannot be read is left out, and told', () => {
  const good = { key: 'a', operator: 'In', values: ['b'] };
  const bad = { key: 'a', operator: 'Near', values: ['b'] };
  assert.deepEqual(readSelectors({ fieldSelector: { requirements: [good, bad] } }), {
    fieldSelector: 'a=b',
    labelSelector: '',
    evaluationErrors: [`${attributes}.fieldSelector partially ignored due to parse error`],
  });
  assert.deepEqual(readSelectors({ labelSelector: { rawSelector: 'a in (' } }), {
    fieldSelector: '',
    labelSelector: '',
    evaluationErrors: [`${attributes}.labelSelector ignored due to parse error`],
  });
});

test('a selector is raw or has requirements', () => {
  const requirements = [{ key: 'a', operator: 'In', values: ['b'] }];
  assert.deepEqual(validateSelectors(undefined), []);
  assert.deepEqual(
    validateSelectors({ fieldSelector: { rawSelector: 'a=b', requirements }, labelSelector: {} }).map(
      ({ field }) => field,
    ),
    [`${attributes}.fieldSelector.rawSelector`, `${attributes}.labelSelector.requirements`],
  );
  assert.deepEqual(
    validateSelectors({
      fieldSelector: { requirements: [{ key: '', operator: 'Exists', values: ['x'] }] },
    }).map(({ field, message }) => `${field}: ${message}`),
    [
      `${attributes}.fieldSelector.requirements[0].key: Required value: must be specified`,
      `${attributes}.fieldSelector.requirements[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
    ],
  );
});
