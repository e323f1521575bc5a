import { expect, test } from 'vitest';
import { globMatcher } from './glob.ts';
import { parseLibraryCache } from './library-cache.ts';
import { parseMemoryMap, regionAt } from './memory-map.ts';
import { jitSymbolAt, parsePerfMap } from './perf-map.ts';

test('the executable ranges of a memory map', () => {
  const regions = parseMemoryMap(`00400000-00452000 r-xp 00001000 08:02 173521      /usr/bin/dbus daemon
00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/dbus daemon
7f0000000000-7f0000001000 rwxp 00000000 00:00 0
7f1000000000-7f1000001000 r-xp 00000000 00:01 9   /memfd:code (deleted)
7fffb2d48000-7fffb2d49000 r-xp 00000000 00:00 0   [vdso]
`);
  expect(regions.map(({ path }) => path)).toEqual(['/usr/bin/dbus daemon', '', '/memfd:code (deleted)', '[vdso]']);
  expect(regions[0]).toEqual({
    start: 0x400000n,
    end: 0x452000n,
    fileOffset: 0x1000,
    inode: 173521,
    path: '/usr/bin/dbus daemon',
  });
  expect(regionAt(regions, 0x451fffn)).toBe(regions[0]);
  expect(regionAt(regions, 0x452000n)).toBeUndefined();
  expect(regionAt(regions, 0x3fffffn)).toBeUndefined();
  expect(regionAt(regions, 0x7fffb2d48000n)).toBe(regions[3]);
});

test('a perf map, in which later entries replace earlier ones', () => {
  const symbols = parsePerfMap('2000 20 second one\n1000 10 first\nnot an entry\n2000 30 LazyCompile:~b file.js:3\n');
  expect(jitSymbolAt(symbols, 0x100fn)?.name).toBe('first');
  expect(jitSymbolAt(symbols, 0x1010n)).toBeUndefined();
  expect(jitSymbolAt(symbols, 0x202fn)?.name).toBe('LazyCompile:~b file.js:3');
});

test.each([
  ['malloc', 'malloc', true],
  ['malloc', 'mallocx', false],
  ['mall*', 'malloc', true],
  ['*', '', true],
  ['m?lloc', 'malloc', true],
  ['m?lloc', 'mlloc', false],
  ['a.c*', 'abc', false],
  ['operator()*', 'operator()(int)', true],
])('glob %s of %s', (pattern, name, wanted) => {
  expect(globMatcher(pattern)(name)).toBe(wanted);
});

test('a library cache of another format, or cut anywhere, has what can be read', () => {
  expect(parseLibraryCache(Buffer.from('ld.so-1.7.0')).size).toBe(0);
  const header = Buffer.alloc(48);
  header.write('glibc-ld.so.cache1.1');
  header.writeUInt32LE(3, 20);
  const entry = (flags: number, name: number, path: number): Buffer => {
    const bytes = Buffer.alloc(24);
    bytes.writeInt32LE(flags, 0);
    bytes.writeUInt32LE(name, 4);
    bytes.writeUInt32LE(path, 8);
    return bytes;
  };
  const strings = 48 + 3 * 24;
  const entries = [
    entry(0x0303, strings, strings + 10),
    entry(0x0003, strings, strings + 10),
    entry(0x0303, strings, strings + 2),
  ];
  const cache = Buffer.concat([header, ...entries, Buffer.from('libc.so.6\0/lib/libc.so.6\0')]);
  expect([...parseLibraryCache(cache, 'x64')]).toEqual([['libc.so.6', '/lib/libc.so.6']]);
  for (let length = 0; length < cache.length; length++) parseLibraryCache(cache.subarray(0, length), 'x64');
});
