import { expect, it } from 'vitest';
import { apiServicePatch, webhookPatch } from './ca-bundles.ts';

const metadata = { name: 'x' };

it.each<[string, unknown, unknown]>([
  [
    'an APIService without it gets it',
    apiServicePatch({ metadata, spec: {} }, 'new'),
    [{ op: 'add', path: '/spec/caBundle', value: 'new' }],
  ],
  [
    'an APIService with another gets it',
    apiServicePatch({ metadata, spec: { caBundle: 'old' } }, 'new'),
    [{ op: 'add', path: '/spec/caBundle', value: 'new' }],
  ],
  [
    'an APIService that has it is left alone',
    apiServicePatch({ metadata, spec: { caBundle: 'new' } }, 'new'),
    undefined,
  ],
  [
    'of webhooks, those without it get it',
    webhookPatch(
      {
        metadata,
        webhooks: [
          { name: 'a', clientConfig: { caBundle: 'new' } },
          { name: 'b', clientConfig: {} },
        ],
      },
      'new',
    ),
    [{ op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: 'new' }],
  ],
  [
    'webhooks that have it are left alone',
    webhookPatch({ metadata, webhooks: [{ name: 'a', clientConfig: { caBundle: 'new' } }] }, 'new'),
    undefined,
  ],
  ['no webhooks are nothing to do', webhookPatch({ metadata }, 'new'), undefined],
])('%s', (_, patch, expected) => {
  expect(patch).toEqual(expected);
});
