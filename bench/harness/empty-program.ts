import { attach, loadProgram } from '@waggle/bpf';
import * as asm from '@waggle/bpf/asm';

const NO_MAPS = new Map<string, never>();

/** What the kernel counts for a program that does nothing, per run: most of it is the counting itself. */
export async function measureEmptyProgram(runs: () => Promise<unknown>): Promise<number> {
  const place = { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' } as const;
  using program = loadProgram(
    {
      name: 'empty',
      type: 'tracepoint',
      attach: place,
      license: 'GPL',
      instructions: [asm.mov64Imm(0, 0), asm.exit()],
    },
    { maps: NO_MAPS },
  );
  const link = attach(program, place, { maps: NO_MAPS });
  await runs();
  link.close();
  const { runTimeNs, runCount } = program.info();
  return Number(runTimeNs) / Number(runCount);
}
