import { expect, it } from 'vitest';
import { type Route, routeOf } from './route.ts';

const API = '/apis/stream.waggle.dev/v1alpha1';

it.each<[string, Route | undefined]>([
  ['/healthz', { kind: 'health', what: 'live' }],
  ['/readyz/', { kind: 'health', what: 'ready' }],
  ['/validate', { kind: 'review' }],
  ['/apis', { kind: 'group-list' }],
  ['/apis/stream.waggle.dev', { kind: 'group' }],
  [API, { kind: 'resource-list' }],
  ['/openapi/v2', { kind: 'openapi-v2' }],
  ['/openapi/v3', { kind: 'openapi-v3-list' }],
  [`/openapi/v3${API}`, { kind: 'openapi-v3' }],
  [`${API}/namespaces/shop/traces/t-1.x/log`, { kind: 'log', namespace: 'shop', name: 't-1.x' }],
  [`${API}/clustertraces/t/log`, { kind: 'log', name: 't' }],
  ['/', undefined],
  ['/constructor', undefined],
  ['/apis/waggle.dev/v1alpha1', undefined],
  [`${API}/namespaces/shop/traces/t`, undefined],
  [`${API}/traces/t/log`, undefined],
  [`${API}/namespaces/shop/clustertraces/t/log`, undefined],
  [`${API}/namespaces/shop/traces/t/log/x`, undefined],
  [`${API}/namespaces/shop/traces/t/log/../../../../other/traces/t/log`, undefined],
  [`${API}/namespaces/shop/traces/t/log/%2e%2e/%2e%2e/%2e%2e/%2e%2e/other/traces/t/log`, undefined],
  [`${API}/namespaces/shop/../../clustertraces/t/log`, undefined],
  [`${API}/namespaces/shop/traces/..%2f..%2fother/log`, undefined],
  [`${API}/namespaces/shop/traces/a%20b/log`, undefined],
  [`${API}/namespaces/%zz/traces/a/log`, undefined],
])('%s', (path, expected) => {
  expect(routeOf(path)).toEqual(expected);
});
