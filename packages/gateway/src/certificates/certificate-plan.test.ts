import { beforeAll, describe, expect, it } from 'vitest';
import { authorityFault, GATEWAY_TLS_SECRET, leafFault, leafPlans } from './certificate-plan.ts';
import { createAuthority, issueCertificate } from './issue-certificate.ts';
import type { KeyPair } from './key-pair.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const days = (count: number): Date => new Date(NOW.getTime() + count * 86_400_000);
const plan = leafPlans('bees').find(({ secret }) => secret === GATEWAY_TLS_SECRET)!;

let authority: KeyPair;
let other: KeyPair;
let leaf: KeyPair;
beforeAll(async () => {
  authority = await createAuthority('waggle', { now: NOW, days: 900 });
  other = await createAuthority('waggle', { now: NOW, days: 900 });
  leaf = await issueCertificate(authority, plan, { now: NOW, days: 90 });
});

it('serves the names that the API server calls the service by', () => {
  expect(plan.serves).toContain('waggle-gateway.bees.svc');
});

describe('an authority', () => {
  it.each<[string, () => [KeyPair, Date], RegExp | undefined]>([
    ['is good when it is new', () => [authority, NOW], undefined],
    ['is good for two thirds of its life', () => [authority, days(599)], undefined],
    ['is old then', () => [authority, days(601)], /^it ends on /],
    ['is not good before its time', () => [authority, days(-1)], /^it is valid only from /],
    ['is no leaf', () => [leaf, NOW], /^its certificate is no authority$/],
    ['needs its own key', () => [{ ...authority, key: other.key }, NOW], /^its key belongs to another/],
    ['is readable', () => [{ certificate: 'x', key: 'y' }, NOW], /^it cannot be read$/],
  ])('%s', (_, given, fault) => {
    const found = authorityFault(...given());
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});

describe('a leaf', () => {
  const elsewhere = leafPlans('elsewhere').find(({ secret }) => secret === GATEWAY_TLS_SECRET)!;

  it.each<[string, () => Parameters<typeof leafFault>, RegExp | undefined]>([
    ['is good when it is new', () => [leaf, plan, authority, NOW], undefined],
    ['is old after two thirds of its life', () => [leaf, plan, authority, days(61)], /^it ends on /],
    ['needs its authority', () => [leaf, plan, other, NOW], /^another authority signed it$/],
    ['serves its names', () => [leaf, elsewhere, authority, NOW], /^it does not serve waggle-gateway.elsewhere.svc$/],
    ['has its name', () => [leaf, { ...plan, commonName: 'x' }, authority, NOW], /^it names another$/],
    ['needs its own key', () => [{ ...leaf, key: other.key }, plan, authority, NOW], /^its key belongs to another/],
    ['is there at all', () => [{ certificate: '', key: '' }, plan, authority, NOW], /^it cannot be read$/],
  ])('%s', (_, given, fault) => {
    const found = leafFault(...given());
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});
