import { describe, expect, it } from 'vitest';
import { HELP, parseAgentOptions } from './agent-options.ts';
import { formatByteSize, parseByteSize } from './byte-size.ts';

describe('parseAgentOptions', () => {
  it('needs nothing but the name of its node', () => {
    expect(parseAgentOptions([], { NODE_NAME: 'n' })).toEqual({
      node: 'n',
      hostRoot: '/host',
      tlsFolder: '/etc/waggle/tls',
      address: '::',
      port: 8444,
      healthPort: 8081,
      logLevel: 'info',
      limits: {
        traces: 32,
        ringBytes: 524_288,
        maxRingBytes: 16_777_216,
        maxTotalRingBytes: 134_217_728,
        maxMapBytes: 67_108_864,
        logBytes: 2_097_152,
        maxTotalLogBytes: 67_108_864,
      },
    });
  });

  it('takes flags before the environment', () => {
    const args = ['--node', 'm', '--host-root=/', '--cri-socket', 'none', '--max-traces=1', '--log-bytes', '8Ki'];
    expect(parseAgentOptions(args, { NODE_NAME: 'n', WAGGLE_HOST_ROOT: '/x' })).toMatchObject({
      node: 'm',
      hostRoot: '/',
      criSocket: false,
      limits: { traces: 1, logBytes: 8192 },
    });
  });

  it.each([
    [[], 'no node: set NODE_NAME, or --node NAME'],
    [['--node', 'n', '--port', '65536'], '--port: expected a whole number up to 65535, found "65536"'],
    [['--node', 'n', '--ring-bytes', '5M'], '--ring-bytes: expected a size of 4Ki or more, found "5M"'],
    [['--node', 'n', '--log-bytes', '1'], '--log-bytes: expected a size of 4Ki or more, found "1"'],
    [['--node', 'n', '--log-level', 'loud'], '--log-level: expected debug, info, warn, error, found "loud"'],
    [['--nod', 'n'], /Unknown option '--nod'/],
    [['n'], /Unexpected argument 'n'/],
  ])('refuses %j', (args, message) => {
    expect(() => parseAgentOptions(args, {})).toThrow(message);
  });

  it('says what every flag does', () => {
    expect(parseAgentOptions(['-h'], {})).toBeUndefined();
    const flags = [...HELP.matchAll(/^ {2}--([a-z-]+) [A-Z]/gm)].map(([, flag]) => flag!);
    expect(flags).toHaveLength(16);
    for (const flag of flags)
      expect(
        parseAgentOptions([`--${flag}`, flag === 'log-level' ? 'warn' : '4096'], { NODE_NAME: 'n' }),
      ).toBeDefined();
  });
});

it.each([
  ['0', 0],
  ['4096', 4096],
  ['512Ki', 524_288],
  ['16Mi', 16_777_216],
  ['1Gi', 1_073_741_824],
])('%s is %i bytes, and back', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
  expect(parseByteSize(formatByteSize(bytes))).toBe(bytes);
});

it.each(['', 'x', '1.5Mi', '-1', '1K', '1 Mi', '99999999999'])('"%s" is no size', (text) => {
  expect(parseByteSize(text)).toBeUndefined();
});
