import { openSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { bpf, bpfAttr, objectName } from './bpf.ts';
import { Fd, openDescriptors, slowClosesDone } from './fd.ts';
import { SyscallError } from './syscall-error.ts';

afterEach(() => expect(openDescriptors()).toEqual([]));

test('a descriptor is listed until it is closed, and its number is used no more', () => {
  const fd = new Fd(openSync('/dev/null', 'r'), 'nothing');
  expect(openDescriptors()).toEqual(['nothing']);
  expect(fd.number).toBeGreaterThan(2);
  fd.close();
  fd.close();
  expect(fd.closed).toBe(true);
  expect(() => fd.number).toThrow('nothing is closed');
});

test('a slow close counts as open until it is done', async () => {
  const fd = new Fd(openSync('/dev/null', 'r'), 'nothing');
  fd.closeSlowly();
  expect(fd.closed).toBe(true);
  expect(openDescriptors()).toEqual(['nothing']);
  await slowClosesDone();
});

test('a close on another thread counts as open until it is done', async () => {
  const fd = new Fd(openSync('/dev/null', 'r'), 'nothing');
  const done = fd.closeOnThread();
  expect(fd.closed).toBe(true);
  expect(openDescriptors()).toEqual(['nothing']);
  await done;
  expect(openDescriptors()).toEqual([]);
  await fd.closeOnThread();
});

test('a refused system call tells what was wanted, the errno and its words', () => {
  const wanted = 'cannot create map "x": Invalid argument (EINVAL from bpf(BPF_MAP_CREATE))';
  const create = () => bpf('cannot create map "x"', 'BPF_MAP_CREATE', bpfAttr());
  expect(create).toThrow(SyscallError);
  expect(create).toThrow(
    expect.objectContaining({ message: wanted, errno: 22, code: 'EINVAL', syscall: 'bpf(BPF_MAP_CREATE)' }),
  );
});

test('object names are cut and cleaned', () => {
  expect(objectName('tracepoint:syscalls:sys_enter_openat')).toBe('tracepoint_sysc');
  expect(objectName('@count[é]')).toBe('_count___');
});
