/** The benchmarks: see README.md beside this file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cluster } from './cluster.ts';
import { compileTime } from './compile-time.ts';
import { drain } from './drain.ts';
import { type Bench, print } from './harness/bench.ts';
import { describeMachine } from './harness/describe-machine.ts';
import { peerTool, waggleTool } from './harness/tool.ts';
import { identity } from './identity.ts';
import { kernelTime } from './kernel-time.ts';
import { memory } from './memory.ts';
import { startUp } from './start-up.ts';
import { stream } from './stream.ts';
import { traceStart } from './trace-start.ts';

interface Section {
  readonly title: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  a: { title: 'start-up: the whole process', run: startUp },
  b: { title: 'compile time', run: compileTime },
  c: { title: 'kernel time per event', run: kernelTime },
  d: { title: 'reading: the ring buffer, and the whole command', run: drain },
  e: { title: 'memory of an agent with ten traces', run: memory },
  f: { title: 'start of a trace in a running process', run: traceStart },
  g: { title: 'a cluster: first event, agents, streams', run: cluster },
  h: { title: 'stream: writing, reading, merging, recording', run: stream },
  i: { title: 'identity: whose a cgroup is', run: identity },
};

const USAGE = `npm run bench [-- SECTION... [--peer COMMAND] [--rounds N] [--quick]]
${Object.entries(SECTIONS)
  .map(([letter, { title }]) => `  ${letter}  ${title}`)
  .join('\n')}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      peer: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const letters = positionals.length === 0 ? Object.keys(SECTIONS) : positionals;
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (values.help || !(rounds >= 1) || letters.some((letter) => SECTIONS[letter] === undefined)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const peer = peerTool(values.peer ?? process.env.WAGGLE_BENCH_PEER ?? 'bpftrace');
  const folder = mkdtempSync(join(tmpdir(), 'waggle-bench-'));
  print(describeMachine(peer));
  try {
    for (const letter of letters) {
      const { title, run } = SECTIONS[letter]!;
      print(`\n## (${letter}) ${title}\n\n`);
      await run({ waggle: waggleTool(), peer, rounds, quick: values.quick, folder });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return 0;
}

process.exitCode = await main();
