import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findExecutable } from './find-executable.ts';

describe('findExecutable', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-path-'));
    for (const [path, mode] of [
      ['a/tool', 0o644],
      ['b/tool', 0o755],
      ['a/plain', 0o644],
    ] as const) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), '');
      chmodSync(join(folder, path), mode);
    }
    mkdirSync(join(folder, 'a/folder'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes the first of PATH that may be run, and paths as they are', () => {
    const path = `${folder}/none:${folder}/a:${folder}/b`;
    expect(findExecutable('tool', path)).toBe(join(folder, 'b/tool'));
    expect(findExecutable(join(folder, 'b/tool'), path)).toBe(join(folder, 'b/tool'));
  });

  it.each([
    ['nothing', 'NOT_FOUND', 127],
    ['', 'NOT_FOUND', 127],
    ['/nonexistent/tool', 'NOT_FOUND', 127],
    ['plain', 'NOT_EXECUTABLE', 126],
    ['folder', 'NOT_EXECUTABLE', 126],
    ['/', 'NOT_EXECUTABLE', 126],
  ])('%j: %s', (name, code, exitCode) => {
    expect(() => findExecutable(name, `${folder}/a`)).toThrow(expect.objectContaining({ code, exitCode }));
  });
});
