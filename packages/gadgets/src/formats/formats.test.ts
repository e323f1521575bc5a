import { describe, expect, test } from 'vitest';
import { FORMATS } from './format-value.ts';
import { formatOpenFlags } from './open-flags.ts';
import { syscallName } from './syscall-names.ts';

test.each([
  [0n, 'O_RDONLY'],
  [0o2000000n, 'O_RDONLY|O_CLOEXEC'],
  [0o1101n, 'O_WRONLY|O_CREAT|O_TRUNC'],
  [0o4010002n, 'O_RDWR|O_SYNC'],
  [0o10000n, 'O_RDONLY|O_DSYNC'],
  [0o20200001n, 'O_WRONLY|O_TMPFILE'],
  [0x80000000n, 'O_RDONLY|0x80000000'],
])('flags %i on x64 are %s', (flags, text) => expect(formatOpenFlags(flags, 'x64')).toBe(text));

test('O_DIRECTORY has another bit on arm64', () => {
  expect(formatOpenFlags(0o40000n, 'arm64')).toBe('O_RDONLY|O_DIRECTORY');
});

test.each([
  [0, 'x64', 'read'],
  [257, 'x64', 'openat'],
  [439, 'x64', 'faccessat2'],
  [462, 'x64', 'mseal'],
  [999, 'x64', 'syscall_999'],
  [56, 'arm64', 'openat'],
  [63, 'arm64', 'read'],
])('system call %i on %s is %s', (number, architecture, name) => expect(syscallName(number, architecture)).toBe(name));

describe('formats of columns', () => {
  test.each([
    ['fd', -1, null],
    ['fd', 3, 3],
    ['errno', 0, null],
    ['errno', 2, 'ENOENT'],
    ['errno', 4000, 'E4000'],
    ['file-mode', 420n, '0644'],
    ['file-mode', 0, '0000'],
    ['file-mode', 0o4755, '4755'],
    ['argv', 'ls\0-l\0', 'ls -l'],
    ['argv', "sh\0-c\0echo 'hi'\0\0", "sh -c 'echo '\\''hi'\\''' ''"],
  ])('%s of %s', (format, value, shown) => expect(FORMATS[format]!(value)).toEqual(shown));
});
