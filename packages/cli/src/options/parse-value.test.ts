import { describe, expect, test } from 'vitest';
import { byteSize, duration, integer } from './parse-value.ts';
import { splitCommand } from './split-command.ts';

describe('values of options', () => {
  test.each([
    [duration, '500ms', 500],
    [duration, '5s', 5000],
    [duration, '1.5', 1500],
    [duration, '2m', 120_000],
    [byteSize, '64K', 65_536],
    [byteSize, '4MiB', 4_194_304],
    [byteSize, '8192', 8192],
    [integer, '0', 0],
  ])('%o %s', (parse, text, expected) => expect(parse(text)).toBe(expected));

  test.each([
    [duration, '0s'],
    [duration, '5 parsecs'],
    [byteSize, '3000'],
    [byteSize, '12K'],
    [integer, '-1'],
    [integer, '1e3'],
  ])('%o refuses %s', (parse, text) => expect(() => parse(text)).toThrow('expected'));
});

test.each([
  [['run', 'x'], { own: ['run', 'x'] }],
  [['run', 'x', '--', 'ls', '--', '-l'], { own: ['run', 'x'], command: ['ls', '--', '-l'] }],
  [['run', '--'], { own: ['run'], command: [] }],
])('splitCommand(%j)', (argv, expected) => expect(splitCommand(argv)).toEqual(expected));
