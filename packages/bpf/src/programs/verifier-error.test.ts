import { expect, test } from 'vitest';
import { readVerifierLog, VerifierError } from './verifier-error.ts';

test.each([
  {
    kernel: '5.15',
    log: `0: R1=ctx(id=0,off=0,imm=0) R10=fp0
0: (b7) r1 = 0
1: R1_w=invP0 R10=fp0
; x = *p;
1: (79) r0 = *(u64 *)(r1 +0)
R1 invalid mem access 'inv'
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`,
    summary: "R1 invalid mem access 'inv'",
    insnIndex: 1,
  },
  {
    kernel: '6.18',
    log: `0: R1=ctx() R10=fp0
0: (b7) r1 = 0                        ; R1=0
; x = *p; @ script:1
1: (79) r0 = *(u64 *)(r1 +0)
R1 invalid mem access 'scalar'
verification time 40 usec
stack depth 0
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`,
    summary: "R1 invalid mem access 'scalar'",
    insnIndex: 1,
  },
  {
    kernel: 'without an instruction',
    log: 'attach_btf_id 12 is not a function\nprocessed 0 insns (limit 1000000)\n',
    summary: 'attach_btf_id 12 is not a function',
    insnIndex: undefined,
  },
  {
    kernel: 'with too many branches',
    log: '0: (15) if r2 == 0x0 goto pc+12\nThe sequence of 8193 jumps is too complex.\nprocessed 96703 insns (limit 1000000)\n',
    summary: 'The sequence of 8193 jumps is too complex.',
    insnIndex: 0,
  },
  { kernel: 'of few words', log: '0: (95) exit\n', summary: 'no reason given', insnIndex: 0 },
])('the log of Linux $kernel', ({ log, summary, insnIndex }) => {
  expect(readVerifierLog(log)).toEqual({ summary, insnIndex });
});

test('an error tells program, reason and line', () => {
  const source = { line: 4, column: 2, text: '  @[pid] = *$p' };
  const error = new VerifierError('count', 13, 'log', { summary: 'R1 !read_ok', insnIndex: 7 }, source);
  expect(error.message).toBe(
    'cannot load program "count": the verifier refused it: R1 !read_ok (at 4:2: @[pid] = *$p)',
  );
  expect(error).toMatchObject({ code: 'EACCES', log: 'log', insnIndex: 7, source });
});
