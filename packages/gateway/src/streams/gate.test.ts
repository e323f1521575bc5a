import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

it('lets so many through at a time, in order', async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3, 4].map((number) =>
      gate.pass(never, async () => {
        most = Math.max(most, ++inside);
        order.push(number);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      }),
    ),
  );
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
});

it('gives a place back when the work fails', async () => {
  const gate = new Gate(1);
  await expect(gate.pass(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(gate.pass(never, async () => 'yes')).resolves.toBe('yes');
});

it('who leaves the line takes no place', async () => {
  const gate = new Gate(1);
  let finish = (): void => {};
  const first = gate.pass(never, () => new Promise<void>((resolve) => (finish = resolve)));
  const impatient = new AbortController();
  const second = gate.pass(impatient.signal, async () => 'second');
  const third = gate.pass(never, async () => 'third');
  impatient.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  await expect(gate.pass(impatient.signal, async () => 'late')).rejects.toThrow('gone');
  finish();
  await first;
  await expect(third).resolves.toBe('third');
});
