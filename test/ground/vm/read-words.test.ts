import { expect, it } from 'vitest';
import { readWords, type Wanted } from './read-words.ts';

it.each<[string, Wanted]>([
  ['', { kind: 'help' }],
  ['--help', { kind: 'help' }],
  ['-h 6.1', { kind: 'help' }],
  ['list', { kind: 'list' }],
  ['6.1 uname -a', { kind: 'run', kernel: '6.1', command: ['uname', '-a'] }],
  ['6.12 waggle --help', { kind: 'run', kernel: '6.12', command: ['waggle', '--help'] }],
  ['--timeout 5 6.1 true', { kind: 'run', kernel: '6.1', command: ['true'], timeoutS: 5 }],
  ['--timeout=1.5 6.1 true', { kind: 'run', kernel: '6.1', command: ['true'], timeoutS: 1.5 }],
  ['6.1', { kind: 'mistake', message: 'no command is given' }],
  ['--timeout 5', { kind: 'mistake', message: 'no kernel is given' }],
  ['5.4 true', { kind: 'mistake', message: 'there is no kernel "5.4": expected 6.1 or 6.12' }],
  ['toString true', { kind: 'mistake', message: 'there is no kernel "toString": expected 6.1 or 6.12' }],
  ['--timeout soon 6.1 true', { kind: 'mistake', message: '--timeout soon: expected a number of seconds' }],
  ['--timeout 0 6.1 true', { kind: 'mistake', message: '--timeout 0: expected a number of seconds' }],
  ['--fast 6.1 true', { kind: 'mistake', message: expect.stringContaining("Unknown option '--fast'") }],
])('%s', (words, wanted) => {
  expect(readWords(words.split(' ').filter((word) => word !== ''))).toEqual(wanted);
});
