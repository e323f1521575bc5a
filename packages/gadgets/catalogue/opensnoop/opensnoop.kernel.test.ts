import { describe, expect, it } from 'vitest';
import { compileCalls } from '../../../../test/support/calls.ts';
import { expectNothingLeft } from '../../../../test/support/kernel-leftovers.ts';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { runWaggle } from '../../../../test/support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();
const calls = compileCalls();

async function opens(...words: string[]): Promise<unknown[]> {
  const columns = ['--columns', 'fd,error,flags,mode,path'];
  const { stdout, stderr } = await runWaggle(['run', 'opensnoop', '-o', 'json', ...columns, '--', calls, ...words]);
  expect(stderr).toContain(' 0 lost\n');
  return JSON.parse(stdout) as unknown[];
}

describe('opensnoop', () => {
  it('shows each of the system calls that open, with flags and mode by name', async () => {
    const path = (name: string) => `${folder}/${name}`;
    expect(await opens(`openat2:${path('a')}`, `openat:${folder}`, `openat:${path('a')}`)).toEqual([
      { fd: 3, error: null, flags: 'O_RDWR|O_CREAT', mode: '0640', path: path('a') },
      { fd: 4, error: null, flags: 'O_RDONLY|O_DIRECTORY', mode: '0000', path: folder },
      { fd: null, error: 'ENOTDIR', flags: 'O_RDONLY|O_DIRECTORY', mode: '0000', path: path('a') },
    ]);
  });

  it.skipIf(process.arch === 'arm64')('shows the older ones, too', async () => {
    expect(await opens(`creat:${folder}/b`, `open:${folder}/b`, `open:${folder}/missing`)).toEqual([
      { fd: 3, error: null, flags: 'O_WRONLY|O_CREAT|O_TRUNC', mode: '0600', path: `${folder}/b` },
      { fd: 4, error: null, flags: 'O_WRONLY|O_APPEND', mode: '0000', path: `${folder}/b` },
      { fd: null, error: 'ENOENT', flags: 'O_WRONLY|O_APPEND', mode: '0000', path: `${folder}/missing` },
    ]);
  });

  it('shows the path as it was given: relative, empty, long', async () => {
    const long = `/${'x'.repeat(900)}`;
    const paths = (await opens('openat:.', 'openat:', `openat:${long}`)) as { path: string }[];
    expect(paths.map(({ path }) => path)).toEqual(['.', '', long]);
  });
});
