import { copyFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RuncContainer } from './containers/runc-container.ts';
import { compileCalls } from './support/calls.ts';
import { expectNothingLeft } from './support/kernel-leftovers.ts';
import { OwnCgroup } from './support/own-cgroup.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runWaggle, WaggleProcess } from './support/waggle-process.ts';

expectNothingLeft();
const folder = temporaryFolder();
const calls = compileCalls();

const SCRIPT = 'tracepoint:syscalls:sys_enter_getpgid { print((n = args.pid)); }';
const TRACE = ['run', '-v', '-o', 'jsonl', '-e', SCRIPT];

interface Event {
  readonly container: string | null;
  readonly pid: number;
  readonly comm: string;
  readonly n: number;
}

function eventsOf(stdout: string): Event[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);
}

/** Two cgroups with a workload each that waits for a line, then makes `getpgid:3`; the second one's name is `other`. */
async function withTwoWorkloads(test: (mine: Workload, other: Workload) => Promise<void>): Promise<void> {
  const cgroups = [new OwnCgroup(), new OwnCgroup()];
  copyFileSync(calls, `${folder}/other`);
  try {
    const [mine, other] = await Promise.all([start(cgroups[0]!, calls), start(cgroups[1]!, `${folder}/other`)]);
    await test(mine!, other!);
  } finally {
    for (const cgroup of cgroups) await cgroup.close();
  }
}

interface Workload {
  readonly cgroup: OwnCgroup;
  readonly pid: number;
  /** Lets it make its calls; resolves when they are done. */
  go(): Promise<void>;
}

async function start(cgroup: OwnCgroup, program: string): Promise<Workload> {
  const child = cgroup.start([program, 'say:ready', 'wait', 'getpgid:3', 'say:done', 'wait']);
  let said = '';
  child.stdout!.setEncoding('utf8');
  const says = (word: string) =>
    new Promise<void>((resolve) => {
      const listen = (text: string) => {
        said += text;
        if (!said.includes(word)) return;
        child.stdout!.off('data', listen);
        resolve();
      };
      child.stdout!.on('data', listen);
    });
  await says('ready');
  return {
    cgroup,
    pid: child.pid!,
    async go() {
      const done = says('done');
      child.stdin!.write('\n');
      await done;
    },
  };
}

describe('a target', () => {
  it.each<[string, (mine: Workload) => string[]]>([
    ['a process', ({ pid }) => ['--pid', String(pid)]],
    ['a cgroup', ({ cgroup }) => ['--cgroup', cgroup.path]],
    ['a cgroup by its folder', ({ cgroup }) => ['--cgroup', cgroup.folder]],
    ['a name in a cgroup', ({ cgroup }) => ['--comm', 'calls', '--cgroup', cgroup.path]],
    ['a process in a cgroup', ({ cgroup, pid }) => ['--pid', String(pid), '--cgroup', cgroup.path]],
  ])('is %s, and nothing else', async (_, options) => {
    await withTwoWorkloads(async (mine, other) => {
      const waggle = new WaggleProcess([...TRACE, ...options(mine)]);
      await waggle.attached();
      await Promise.all([mine.go(), other.go()]);
      const { code, stdout, stderr } = await waggle.interrupt();
      expect(eventsOf(stdout).map(({ pid, comm, n }) => [pid, comm, n])).toEqual(
        [1, 2, 3].map((n) => [mine.pid, 'calls', n]),
      );
      expect(stderr).toContain('waggle: 3 events seen, 3 kept, 0 lost\n');
      expect(code).toBe(0);
    });
  });

  it('is every thread of a name', async () => {
    await withTwoWorkloads(async (mine, other) => {
      const name = `w${process.pid}`;
      copyFileSync(calls, `${folder}/${name}`);
      const waggle = new WaggleProcess([...TRACE, '--comm', name]);
      await waggle.attached();
      await Promise.all([mine.go(), other.go()]);
      await other.cgroup.run([`${folder}/${name}`, 'getpgid:2']);
      const { stdout } = await waggle.interrupt();
      expect(eventsOf(stdout).map(({ comm, n }) => [comm, n])).toEqual([
        [name, 1],
        [name, 2],
      ]);
    });
  });

  it('is a cgroup with those below it', async () => {
    const cgroup = new OwnCgroup();
    try {
      const waggle = new WaggleProcess([...TRACE, '--cgroup', cgroup.path]);
      await waggle.attached();
      const below = `${cgroup.folder}/below`;
      await cgroup.run([
        'sh',
        '-c',
        `mkdir ${below}; sh -c 'echo $$ >${below}/cgroup.procs; exec ${calls} getpgid:2'; rmdir ${below}`,
      ]);
      const { stdout } = await waggle.interrupt();
      expect(eventsOf(stdout).map(({ n }) => n)).toEqual([1, 2]);
    } finally {
      await cgroup.close();
    }
  });

  it.each<[string, (mine: Workload) => string[]]>([
    ['a process', ({ pid }) => ['--pid', String(pid)]],
    ['a cgroup', ({ cgroup }) => ['--cgroup', cgroup.path]],
  ])('that is %s ends the trace when it goes', async (_, options) => {
    await withTwoWorkloads(async (mine) => {
      const waggle = new WaggleProcess([...TRACE, ...options(mine)]);
      await waggle.attached();
      await mine.go();
      await mine.cgroup.close();
      const { code, stdout } = await waggle.ended;
      expect(eventsOf(stdout)).toHaveLength(3);
      expect(code).toBe(0);
    });
  });
});

describe('a container', () => {
  const OPENS = 'tracepoint:syscalls:sys_enter_openat { print((path = str(args.filename))); }';

  it('is a target by its name and by the beginning of it, gives its events its name, and ends the trace', async () => {
    const mine = new RuncContainer('while :; do cat /bin/busybox; sleep 0.05; done');
    const other = new RuncContainer('while :; do cat /bin/sleep; sleep 0.05; done');
    try {
      const waggle = await traceOnceItRuns(['run', '-v', '-o', 'jsonl', '-e', OPENS, '--container', mine.id]);
      await waggle.shows('/bin/busybox');
      mine.kill();
      const { code, stdout } = await waggle.ended;
      const events = eventsOf(stdout) as (Event & { path: string })[];
      expect(new Set(events.map(({ container }) => container))).toEqual(new Set([mine.id]));
      expect(new Set(events.map(({ path }) => path))).not.toContain('/bin/sleep');
      expect(code).toBe(0);
      const again = await runWaggle([
        'run',
        '--max-rows',
        '1',
        '-o',
        'jsonl',
        '-e',
        OPENS,
        '--container',
        other.id.slice(0, -1),
      ]);
      expect(eventsOf(again.stdout)).toMatchObject([{ container: other.id }]);
    } finally {
      await Promise.all([mine.close(), other.close()]);
    }
  });

  /** `runc run` does not say when the container is there. */
  async function traceOnceItRuns(args: readonly string[]): Promise<WaggleProcess> {
    for (let attempt = 1; ; attempt++) {
      const waggle = new WaggleProcess(args);
      try {
        await waggle.attached();
        return waggle;
      } catch (error) {
        if (attempt === 50) throw error;
      }
    }
  }
});

describe('a target that is not there', () => {
  it.each<[string, string[], RegExp]>([
    ['process', ['--pid', '4194305'], /^waggle: no process 4194305\n$/],
    ['cgroup', ['--cgroup', '/no/such/cgroup'], /^waggle: no cgroup \/no\/such\/cgroup in \S+\n$/],
    ['container', ['--container', 'no-such-container'], /^waggle: .*no-such-container.*\n/],
    ['name', ['--comm', 'longer than fifteen'], /^waggle: no process can be called .*, expected 1 to 15/],
  ])('says so: %s', async (_, target, message) => {
    const { code, stdout, stderr } = await runWaggle(['run', '-e', SCRIPT, ...target]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });
});
