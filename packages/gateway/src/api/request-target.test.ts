import { expect, it } from 'vitest';
import { requestTarget } from './request-target.ts';

it.each<[string, string, Record<string, string>]>([
  ['/apis', '/apis', {}],
  ['/apis?', '/apis', {}],
  ['/x/log?follow=true&resume=a%3Ab?c', '/x/log', { follow: 'true', resume: 'a:b?c' }],
  ['', '', {}],
  // As it came, whatever URL makes of it.
  ['/a/../b/./c', '/a/../b/./c', {}],
  ['/a/%2e%2e/b', '/a/%2e%2e/b', {}],
  ['/a\\..\\b', '/a\\..\\b', {}],
  ['//host/a', '//host/a', {}],
  ['https://host/a', 'https://host/a', {}],
])('%s', (target, path, parameters) => {
  const found = requestTarget(target);
  expect([found.path, Object.fromEntries(found.search)]).toEqual([path, parameters]);
});
