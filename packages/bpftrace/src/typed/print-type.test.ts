import { expect, it } from 'vitest';
import type { Type } from '../types/type.ts';
import { BOOL, INT64, NONE, UINT8 } from '../types/type.ts';
import { printType } from './print-type.ts';

const task: Type = { kind: 'struct', union: false, name: 'task_struct', sizeBytes: 8 };
const pointer = (to: Type): Type => ({ kind: 'pointer', to, space: 'kernel' });

const CASES: readonly [Type, string][] = [
  [NONE, 'void'],
  [BOOL, 'bool'],
  [INT64, 'int64'],
  [{ ...UINT8, enum: { name: 'color', values: [] } }, 'enum color'],
  [{ kind: 'string', sizeBytes: 16 }, 'string[16]'],
  [pointer(task), 'struct task_struct *'],
  [pointer(pointer(UINT8)), 'uint8 **'],
  [{ kind: 'array', element: { kind: 'array', element: UINT8, length: 3 }, length: 2 }, 'uint8[2][3]'],
  [{ kind: 'tuple', elements: [INT64, BOOL] }, '(int64,bool)'],
  [{ kind: 'record', fields: [{ name: 'a', type: INT64 }] }, '(a=int64)'],
  [{ kind: 'kstack', mode: 'perf', limit: 5 }, 'kstack_perf_5'],
  [{ kind: 'count' }, 'count()'],
  [{ kind: 'hist', bits: 2 }, 'hist(,2)'],
  [{ kind: 'lhist', min: 0n, max: 10n, step: 1n }, 'lhist(,0,10,1)'],
];

it.each(CASES.map(([type, text]) => [text, type] as const))('%s', (text, type) => {
  expect(printType(type)).toBe(text);
});
