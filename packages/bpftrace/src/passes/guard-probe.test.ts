import { expect, it } from 'vitest';
import { checkText } from './check-text.test-kit.ts';

it.each([
  ['begin { @ = 1; }', 'none'],
  ['end { @ = 1; }', 'none'],
  ['interval:s:1 { @ = 1; }', 'none'],
  ['profile:hz:9 { @ = 1; }', 'current'],
  ['t:sched:sched_switch { @ = 1; }', 'current'],
  ['t:sched:sched_switch { if (in_target()) { @ = 1; } }', 'explicit'],
  ['t:sched:sched_switch /in_target()/ { @ = 1; }', 'explicit'],
  ['rt:sched_switch { if (in_target(args.next)) { @ = 1; } }', 'explicit'],
])('%s: %s', (text, guard) => {
  expect(checkText(text).script?.probes[0]?.guard).toBe(guard);
});

it('an iterator asks for the task that it shows, and leaves out the call at its end', () => {
  expect(checkText('iter:task { print(ctx.task.pid); }').text).toContain(
    'guard=explicit / ((uint64(ctx[8]:struct task_struct *) != 0:uint64) && in_target(ctx[8]:struct task_struct *)) /',
  );
  expect(checkText('iter:task / in_target() / { @ = 1; }').text).toContain(
    'guard=explicit / ((uint64(ctx[8]:struct task_struct *) != 0:uint64) && in_target()) /',
  );
});
