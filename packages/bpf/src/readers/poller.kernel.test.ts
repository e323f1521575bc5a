import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { openDescriptors } from '../sys/fd.ts';
import { PAGE_SIZE } from '../sys/mapping.ts';
import { openPidfd } from '../sys/pidfd.ts';
import { Poller } from './poller.ts';
import { openRecordSource } from './record-source.test-kit.ts';
import { RingBuffer } from './ring-buffer.ts';

afterEach(() => expect(openDescriptors()).toEqual([]));

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('records wake the reader, however they come', async () => {
  using source = openRecordSource(16 * PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  using poller = new Poller();
  const seen: number[] = [];
  poller.add(ring.fd, () => ring.drain((view, offset) => seen.push(Number(view.getBigUint64(offset, true)))));
  const wanted = Array.from({ length: 1000 }, (_, i) => i);
  for (let first = 0; first < 1000; first += 10) {
    source.write(10, first);
    if (first % 30 === 0) await nextTurn();
  }
  await vi.waitFor(() => expect(seen).toEqual(wanted));
});

test('what a callback leaves is told again', async () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  using poller = new Poller();
  let records = 0;
  poller.add(ring.fd, () => {
    records += ring.drain(() => undefined, 1);
  });
  source.write(25, 0);
  await vi.waitFor(() => expect(records).toBe(25));
});

test('promises of a callback go on at once', async () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  using poller = new Poller();
  const readable = new Promise<void>((resolve) => {
    poller.add(ring.fd, () => {
      ring.drain(() => undefined);
      resolve();
    });
  });
  source.write(1, 0);
  await readable;
});

test('a callback’s exception goes to the handler, and polling goes on', async () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  const errors: unknown[] = [];
  using poller = new Poller({ onError: (error) => errors.push(error) });
  poller.add(ring.fd, () => {
    ring.drain(() => {
      throw new Error('bad record');
    });
  });
  source.write(2, 0);
  await vi.waitFor(() => expect(errors).toEqual([new Error('bad record'), new Error('bad record')]));
});

test('a removed descriptor calls back no more, even when it was readable already', async () => {
  using source = openRecordSource(PAGE_SIZE);
  using ring = new RingBuffer(source.map);
  using poller = new Poller();
  let calls = 0;
  poller.add(ring.fd, () => calls++);
  expect(() => poller.add(ring.fd, () => undefined)).toThrow('is watched already');
  source.write(1, 0);
  expect(poller.remove(ring.fd)).toBe(true);
  expect(poller.remove(ring.fd)).toBe(false);
  await nextTurn();
  await nextTurn();
  expect(calls).toBe(0);
  poller.add(ring.fd, () => {
    calls++;
    poller.close();
  });
  await vi.waitFor(() => expect(calls).toBe(1));
  expect(poller.size).toBe(0);
});

test('the exit of a process is seen', async () => {
  const child: ChildProcess = spawn('sleep', ['60']);
  using pidfd = openPidfd(child.pid!);
  using poller = new Poller();
  let exited = false;
  poller.add(pidfd, () => {
    exited = true;
    poller.remove(pidfd);
  });
  await nextTurn();
  expect(exited).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await vi.waitFor(() => expect(exited).toBe(true));
});

test('a process that is not there cannot be watched', () => {
  expect(() => openPidfd(0x3fffff)).toThrow(expect.objectContaining({ code: 'ESRCH', syscall: 'pidfd_open' }));
});
