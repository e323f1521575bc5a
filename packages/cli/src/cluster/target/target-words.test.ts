import { expect, test } from 'vitest';
import { targetWord } from './target-words.ts';

test.each([
  ['deploy/cart', { kind: 'workload', entry: 'deploy/cart' }],
  ['deployment.apps/cart', { kind: 'workload', entry: 'deploy/cart' }],
  ['!statefulsets/db', { kind: 'workload', entry: '!sts/db' }],
  ['cj/nightly', { kind: 'workload', entry: 'cronjob/nightly' }],
  ['pod/cart-7d4b9c-x2x4z', { kind: 'pod', entry: 'cart-7d4b9c-x2x4z' }],
  ['!po/a', { kind: 'pod', entry: '!a' }],
  ['no/node-a.example', { kind: 'node', entry: 'node-a.example' }],
])('%s', (word, expected) => expect(targetWord(word)).toEqual(expected));

test.each(['cart', 'deploy/', '/etc/hostname', 'deploy/Cart', 'service/cart', 'a/b/c', 'deploy/cart!', '5'])(
  '%s is a parameter of the script',
  (word) => expect(targetWord(word)).toBeUndefined(),
);
