import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { cachedFolder } from './cached-folder.ts';

const cache = join(temporaryFolder(), 'cache');
const things = join(cache, 'things-1');
let made = 0;

beforeEach(() => {
  made = 0;
});

afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
});

async function make(folder: string): Promise<void> {
  made += 1;
  writeFileSync(join(folder, 'one'), 'first');
  writeFileSync(join(folder, 'two'), 'second');
}

describe('a cached folder', () => {
  it('is made once', async () => {
    const folder = await cachedFolder(things, make);
    expect(await cachedFolder(things, make)).toBe(folder);
    expect(made).toBe(1);
    expect(readFileSync(join(folder, 'two'), 'utf8')).toBe('second');
    await cachedFolder(join(cache, 'things-2'), make);
    expect(made).toBe(2);
  });

  it.each<[string, (folder: string) => void]>([
    ['a file has changed', (folder) => appendFileSync(join(folder, 'one'), '!')],
    ['a file is missing', (folder) => rmSync(join(folder, 'two'))],
    ['a file has come', (folder) => writeFileSync(join(folder, 'three'), '')],
    ['the manifest is damaged', (folder) => writeFileSync(join(folder, 'sha256.json'), '{')],
    ['the manifest is missing', (folder) => rmSync(join(folder, 'sha256.json'))],
  ])('is made again when %s', async (_, damage) => {
    const folder = await cachedFolder(things, make);
    damage(folder);
    await cachedFolder(things, make);
    expect(made).toBe(2);
    expect(readdirSync(folder).sort()).toEqual(['one', 'sha256.json', 'two']);
    expect(readFileSync(join(folder, 'one'), 'utf8')).toBe('first');
  });

  it('is not there when making it fails, nor is half of it', async () => {
    const fail = async (folder: string) => {
      await make(folder);
      throw new Error('no more disk');
    };
    await expect(cachedFolder(things, fail)).rejects.toThrow('no more disk');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('takes the drafts of killed processes away', async () => {
    const abandoned = await cachedFolder(`${things}.draft-1`, make);
    await cachedFolder(things, make);
    expect(readdirSync(cache)).toEqual(['things-1']);
    expect(abandoned).toContain('draft');
  });
});
