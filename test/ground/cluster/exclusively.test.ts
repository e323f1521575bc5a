import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { exclusively } from './exclusively.ts';
import { SILENT } from './progress.ts';

const name = (what: string) => `test-${process.pid}-${what}`;

it('lets one work at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    exclusively(name('work'), SILENT, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

it('passes on the end of the work, whatever it is', async () => {
  expect(await exclusively(name('end'), SILENT, async () => 7)).toBe(7);
  const failing = exclusively(name('end'), SILENT, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  expect(await exclusively(name('end'), SILENT, async () => 8)).toBe(8);
});

it('goes on when the one at work is killed', async () => {
  const script = `require('net').createServer().listen('\\0waggle-${name('kill')}', () => console.log('taken'))`;
  const holder = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const said: string[] = [];
  const waiting = exclusively(name('kill'), { say: (text) => said.push(text) }, async () => 'mine');
  setTimeout(() => holder.kill('SIGKILL'), 300);
  expect(await waiting).toBe('mine');
  expect(said).toEqual([expect.stringContaining('waiting')]);
});
