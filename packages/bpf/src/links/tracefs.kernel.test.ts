import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listTracepointCategories, listTracepoints, readTracepointFormat, tracefs, tracepointId } from './tracefs.ts';

test('the folder is there, mounted if it was not', () => {
  expect(existsSync(`${tracefs()}/events/sched`)).toBe(true);
});

test('tracepoints are listed, and each has an id and a format', () => {
  const all = listTracepoints();
  expect(all).toContainEqual({ category: 'sched', name: 'sched_switch' });
  expect(all.length).toBeGreaterThan(500);
  expect(listTracepointCategories()).toContain('syscalls');
  const id = tracepointId('sched', 'sched_switch');
  expect(id).toBeGreaterThan(0);
  expect(readTracepointFormat('sched', 'sched_switch')).toContain(`ID: ${id}\n`);
});

test('names lead nowhere else', () => {
  expect(() => readTracepointFormat('..', 'saved_cmdlines')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});
