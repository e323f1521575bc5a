import { type Compilation, SourceText } from '@waggle/bpftrace';
import { MachineFacts } from '@waggle/trace';
import { expect, it } from 'vitest';
import { rememberCompiled } from './remember-compiled.ts';

it('compiles the same once, and forgets what was not asked for lately', () => {
  const asked: string[] = [];
  const compile = rememberCompiled((source, _facts, options): Compilation => {
    asked.push(`${source.text} ${options?.positionalParams ?? ''}`);
    return { diagnostics: [] };
  }, 2);
  const facts = new MachineFacts();
  const run = (text: string, options = {}) => compile(new SourceText('x', text), facts, options);
  const first = run('a');
  expect(run('a')).toBe(first);
  expect(run('a', { positionalParams: ['1'] })).not.toBe(first);
  expect(run('a')).toBe(first);
  run('b');
  run('a', { positionalParams: ['1'] });
  expect(asked).toEqual(['a ', 'a 1', 'b ', 'a 1']);
});

it('does not remember what has no text', () => {
  let count = 0;
  const compile = rememberCompiled(() => {
    count++;
    return { diagnostics: [] };
  }, 9);
  const source = new SourceText('x', 'a');
  for (let times = 0; times < 2; times++) {
    compile(source, new MachineFacts(), { onPhase: () => {} });
    compile(source, new MachineFacts(), { guard: { cgroupLevels: [1], cgroupIds: [7n] } });
  }
  expect(count).toBe(4);
});
