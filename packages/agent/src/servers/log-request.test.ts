import { expect, it } from 'vitest';
import { parseLogRequest } from './log-request.ts';

it.each([
  [
    '/v1/namespaces/shop/traces/t/log?follow=true&run=r&from=7',
    { kind: 'Trace', namespace: 'shop', name: 't', follow: true, run: 'r', from: 7n },
  ],
  ['/v1/namespaces/shop/traces/t/log', { kind: 'Trace', namespace: 'shop', name: 't', follow: false, from: 0n }],
  ['/v1/clustertraces/t/log?follow=false', { kind: 'ClusterTrace', namespace: '', name: 't', follow: false, from: 0n }],
  ['/v1/clustertraces/a%2Fb/log', { kind: 'ClusterTrace', namespace: '', name: 'a/b', follow: false, from: 0n }],
  ['/v1/clustertraces/%E0%A4%A/log', 'the path is not well encoded'],
  ['/v1/clustertraces/t/log?follow=yes', 'follow: expected true or false, found "yes"'],
  ['/v1/clustertraces/t/log?from=-1', 'from: expected an ordinal, found "-1"'],
  ['/v1/clustertraces/t/log?from=18446744073709551616', 'from: expected an ordinal, found "18446744073709551616"'],
  ['/v1/clustertraces/t', undefined],
  ['/v1/namespaces/shop/clustertraces/t/log', undefined],
  ['/v1/namespaces/shop/traces/t/log/x', undefined],
  ['/', undefined],
])('%s', (url, expected) => {
  expect(parseLogRequest(url)).toEqual(expected);
});
