import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../certificates/issue-certificate.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { Authenticator } from './authenticate.ts';
import { parseFrontProxy } from './front-proxy.ts';

const NOW = new Date('2030-06-01T00:00:00Z');
const validity = { now: NOW, days: 10 };
const USER = ['X-Remote-User', 'alice'];

const names = ['front', 'stranger', 'otherName', 'server', 'expired', 'future'] as const;
let authority: KeyPair;
let stranger: KeyPair;
let certificates: Record<(typeof names)[number], X509Certificate>;
let authenticator: Authenticator;

beforeAll(async () => {
  // Both have the same name: only the signature tells them apart.
  authority = await createAuthority('front-proxy-ca', { now: new Date('2030-01-01T00:00:00Z'), days: 1000 });
  stranger = await createAuthority('front-proxy-ca', { now: new Date('2030-01-01T00:00:00Z'), days: 1000 });
  const issue = async (...given: Parameters<typeof issueCertificate>) =>
    new X509Certificate((await issueCertificate(...given)).certificate);
  certificates = {
    front: await issue(authority, { commonName: 'front-proxy-client' }, validity),
    stranger: await issue(stranger, { commonName: 'front-proxy-client' }, validity),
    otherName: await issue(authority, { commonName: 'kubelet' }, validity),
    server: await issue(authority, { commonName: 'front-proxy-client', serves: ['x'] }, validity),
    expired: await issue(authority, { commonName: 'front-proxy-client' }, { now: new Date('2030-02-01'), days: 10 }),
    future: await issue(authority, { commonName: 'front-proxy-client' }, { now: new Date('2030-07-01'), days: 10 }),
  };
  authenticator = authenticatorOf({});
});

function authenticatorOf(more: Record<string, string>): Authenticator {
  return new Authenticator(
    parseFrontProxy({
      'requestheader-client-ca-file': authority.certificate,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-username-headers': '["X-Remote-User"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      ...more,
    }),
  );
}

describe('whom to believe', () => {
  it.each<[string, () => X509Certificate[], string]>([
    ['nobody without a certificate', () => [], 'no client certificate'],
    ['nobody signed by another authority of the same name', () => [certificates.stranger], 'another authority signed'],
    [
      'no stranger who shows the right authority along',
      () => [certificates.stranger, new X509Certificate(authority.certificate)],
      'another authority signed',
    ],
    ['no other client of the same authority', () => [certificates.otherName], 'the client "kubelet" is not an allowed'],
    ['no server’s certificate', () => [certificates.server], 'not for clients'],
    ['none that has expired', () => [certificates.expired], 'not valid at this time'],
    ['none whose time is to come', () => [certificates.future], 'not valid at this time'],
    ['not the authority itself', () => [new X509Certificate(authority.certificate)], 'is not an allowed front proxy'],
  ])('%s', (_, chain, refusal) => {
    const answer = authenticator.authenticate(chain(), USER, NOW);
    expect('refusal' in answer && answer.refusal).toContain(refusal);
  });

  it('the front proxy', () => {
    expect(authenticator.authenticate([certificates.front], USER, NOW)).toEqual({
      user: { name: 'alice', groups: [], extra: {} },
    });
  });

  it('any name of the authority’s, where no names are listed', () => {
    const open = authenticatorOf({ 'requestheader-allowed-names': '[]' });
    expect(open.authenticate([certificates.otherName], USER, NOW)).toHaveProperty('user.name', 'alice');
    expect(open.authenticate([certificates.stranger], USER, NOW)).toHaveProperty('refusal');
  });

  it('one that either of two authorities has signed, while they are exchanged', () => {
    const both = authenticatorOf({ 'requestheader-client-ca-file': stranger.certificate + authority.certificate });
    expect(both.authenticate([certificates.front], USER, NOW)).toHaveProperty('user');
    expect(both.authenticate([certificates.stranger], USER, NOW)).toHaveProperty('user');
  });

  it('nobody, where nothing is published', () => {
    const closed = new Authenticator(parseFrontProxy({ 'client-ca-file': authority.certificate }));
    expect(closed.authenticate([certificates.front], USER, NOW)).toEqual({
      refusal: 'the API server publishes no front proxy',
    });
  });
});

describe('who is introduced', () => {
  it.each<[string, string[], unknown]>([
    ['nobody without a name', ['X-Remote-Group', 'devs'], { refusal: 'the front proxy names no user' }],
    ['nobody with an empty name', ['X-Remote-User', ''], { refusal: 'the front proxy names no user' }],
    [
      'a user with groups and extras',
      [
        'x-remote-user',
        'alice',
        'X-REMOTE-GROUP',
        'devs',
        'X-Remote-Group',
        'qa',
        'X-Remote-Extra-Scopes',
        'a',
        'X-Remote-Extra-Scopes',
        'b',
        'x-remote-extra-acme.com%2fproject',
        'bees',
      ],
      { user: { name: 'alice', groups: ['devs', 'qa'], extra: { scopes: ['a', 'b'], 'acme.com/project': ['bees'] } } },
    ],
    [
      'names with commas stay whole',
      ['X-Remote-User', 'Doe, Jane', 'X-Remote-Group', 'a, system:masters'],
      { user: { name: 'Doe, Jane', groups: ['a, system:masters'], extra: {} } },
    ],
  ])('%s', (_, rawHeaders, expected) => {
    expect(authenticator.authenticate([certificates.front], rawHeaders, NOW)).toEqual(expected);
  });
});

it.each(['{}', '"x"', '[1]', '['])('names that are no list are an error, not everybody: %s', (text) => {
  const data = { 'requestheader-client-ca-file': authority.certificate, 'requestheader-allowed-names': text };
  expect(() => parseFrontProxy(data)).toThrow();
});
