import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listDockerContainers, parseDockerContainers } from './docker-api.ts';

const ID = 'd0'.repeat(32);

describe('parseDockerContainers', () => {
  it.each([
    ['[]', []],
    ['{"message":"no"}', []],
    ['[null, 1, {"Id": 2}]', []],
    [`[{"Id":"${ID}","Names":["/web","/alias/web"]}]`, [{ id: ID, name: 'web', runtime: 'docker' }]],
    [`[{"Id":"${ID}"}]`, [{ id: ID, name: 'd0d0d0d0d0d0', runtime: 'docker' }]],
  ])('%s', (text, expected) => {
    expect(parseDockerContainers(text)).toEqual(expected);
  });
});

describe('listDockerContainers', () => {
  let folder: string;
  let answer: { status: number; body: string };
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/containers/json' ? answer.status : 404;
    response.end(answer.body);
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-docker-'));
    await new Promise<void>((resolve) => server.listen(join(folder, 'sock'), resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ status: 200, body: `[{"Id":"${ID}","Names":["/web"]}]` }, [{ id: ID, name: 'web', runtime: 'docker' }]],
    [{ status: 500, body: '[]' }, []],
    [{ status: 200, body: '[{' }, []],
  ])('asks the socket: %j', async (given, expected) => {
    answer = given;
    expect(await listDockerContainers(join(folder, 'sock'))).toEqual(expected);
  });

  it('is empty where nobody listens', async () => {
    expect(await listDockerContainers(join(folder, 'none'))).toEqual([]);
  });
});
