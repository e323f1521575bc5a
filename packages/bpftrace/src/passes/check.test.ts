import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { fixtureFacts } from '../facts/facts.test-kit.ts';
import { SourceText } from '../source/source-text.ts';
import { arbitraryScript } from '../syntax/arbitrary-script.ts';
import { printScript } from '../syntax/print.ts';
import { check } from './check.ts';
import { checkText } from './check-text.test-kit.ts';

/** What is told about a body. */
function told(statements: string, probe = 'begin') {
  return checkText(`${probe} { ${statements} }`).told;
}

describe('mistakes', () => {
  it.each([
    [
      'print($x);',
      ['undefined-variable @$x: undefined variable $x (a variable lives in the block that first assigns it)'],
    ],
    ['$count = 1; print($cuont);', ['undefined-variable @$cuont: undefined variable $cuont (did you mean $count?)']],
    [
      'if (1) { $x = 1; } print($x);',
      ['undefined-variable @$x: undefined variable $x (a variable lives in the block that first assigns it)'],
    ],
    ['let $x; print($x);', ['unknown-type @$x: $x has no type yet: nothing has been assigned to it']],
    ['let $x = 1; let $x = 2;', ['redeclared-variable @$x: $x is declared already (choose another name)']],
    ['$x = 1; $x = "a";', ['type-mismatch @"a": $x holds int8, not string[2]']],
    ['let $x: uint8 = 300;', ['type-mismatch @300: $x holds uint8, not int16']],
    ['@ = 1; @ = "a";', ['type-mismatch @"a": @ holds int8, not string[2]']],
    ['@ = count(); @ = 1;', ['type-mismatch @1: @ holds count(), not int8']],
    ['@ = count(); @++;', ['type-mismatch @@: @ holds count(), which takes values through its function only']],
    [
      '@ = count(); @b = @;',
      ['misplaced-aggregate @@: count() cannot be copied from one map to another (take its number: (int64)@)'],
    ],
    ['@ = hist(1); $x = @;', ['unreadable-map @@: @ holds hist(), which is no single value (print(@) shows it)']],
    ['@ = hist(1); @ = hist(1, 2);', ['type-mismatch @hist(1, 2): @ holds hist(), not hist(,2)']],
    ['@ = hist(1, 6);', ['invalid-argument @6: hist() takes 0 to 5 bits, not 6']],
    ['@ = lhist(1, 5, 2, 1);', ['invalid-argument @2: lhist() needs a maximum above its minimum 5, not 2']],
    ['@ = lhist(1, 0, 10000, 1);', ['invalid-argument @1: lhist() makes 10000 buckets of step 1; at most 1000']],
    ['@ = 1; @[1] = 2;', ['map-key-mismatch @@[1]: @ has no key elsewhere, and one here']],
    ['@[1] = 1; @["a"] = 2;', ['map-key-mismatch @"a": the key of @ is int8, not string[2]']],
    [
      '@[1] = 1; delete(@);',
      ['map-key-mismatch @delete(@): delete() of @ needs a key (delete(@, key) deletes one entry, clear(@) all)'],
    ],
    [
      'print(@nope); clear(@nope);',
      [
        'undefined-map @@nope: undefined map @nope (no probe assigns to it)',
        'undefined-map @@nope: undefined map @nope (no probe assigns to it)',
      ],
    ],
    ['@start = 1; print(@strat);', ['undefined-map @@strat: undefined map @strat (did you mean @start?)']],
    ['count();', ['misplaced-aggregate @count(): count() must be assigned to a map (as in @x = count(…))']],
    ['$x = sum(1);', ['misplaced-aggregate @sum(1): sum() must be assigned to a map (as in @x = sum(…))']],
    ['$x = printf("a");', ['no-value @printf("a"): printf() gives no value (write it as a statement of its own)']],
    ['prinft("a");', ['unknown-function @prinft: unknown function prinft() (did you mean printf or print?)']],
    ['strstr("a", "b");', ['not-yet-supported @strstr: strstr() is not supported yet']],
    ['print(buf("a"));', ['argument-count @buf("a"): buf() needs a length for string[2] (as in buf(args.data, 16))']],
    ['print(pton("1.2.3"));', ['invalid-argument @"1.2.3": "1.2.3" is no IPv4 or IPv6 address']],
    ['print((uint8[2])nsecs);', ['invalid-cast @(uint8[2])nsecs: cannot cast uint64 to uint8[2]']],
    ['print((uint32)(uint8[3])1);', ['invalid-cast @(uint32)(uint8[3])1: cannot cast uint8[3] to uint32']],
    ['printf("%*d", 5, 1);', ['format-arguments @1: the format takes 1 argument, not 2']],
    ['printf("%d");', ['format-arguments @"%d": the format takes 1 argument, not 0']],
    ['printf("%d", 1, 2);', ['format-arguments @2: the format takes 1 argument, not 2']],
    ['printf("%d", "a");', ['format-arguments @"a": %d cannot show string[2] (use %s)']],
    ['printf("%r", "a");', ['format-arguments @"a": %r cannot show string[2] (buf() gives bytes)']],
    ['printf("a %f", 1);', ['invalid-format @%f: unknown conversion "%f" (conversions are d i u x X o c p s r rx rh)']],
    ['printf(comm);', ['not-constant @comm: printf() needs a literal string here, not string[16]']],
    ['print(foo);', ['unknown-name @foo: unknown name foo']],
    ['print(curtsk);', ['unknown-name @curtsk: unknown name curtsk (did you mean curtask?)']],
    ['$bar = 1; print(bar);', ['unknown-name @bar: unknown name bar (did you mean $bar?)']],
    ['print(curtask.pidd);', ['unknown-field @pidd: struct task_struct has no field pidd (did you mean pid?)']],
    [
      'print(pid.x);',
      ['not-a-struct @x: type uint32 has no field x (cast it first, as in ((struct task_struct *)x).pid)'],
    ],
    [
      '$x = (struct tsk_struct *)0;',
      ['unknown-type @struct tsk_struct *: unknown type "struct tsk_struct" (did you mean task_struct or mm_struct?)'],
    ],
    ['$x = (struct mm_struct)0;', ['invalid-cast @(struct mm_struct)0: cannot cast int8 to struct mm_struct']],
    [
      'print((1, 2).2);',
      ['out-of-bounds @(1, 2).2: the tuple has 2 elements, and no element 2 (elements are .0 to .1)'],
    ],
    ['print((a=1).b);', ['unknown-field @b: the record has no field b (its fields are a)']],
    ['print(curtask.cpus[4]);', ['out-of-bounds @4: index 4 is outside of an array of 4 (the last index is 3)']],
    ['print(1 < "a");', ['type-mismatch @1 < "a": cannot compare int8 with string[2]']],
    ['print("a" + 1);', ['type-mismatch @"a" + 1: operator + does not work on string[2] and int8']],
    ['print(5 / 0);', ['invalid-constant @5 / 0: division by zero']],
    ['print(nsecs % 0);', ['invalid-constant @0: division by zero']],
    ['print(*"a");', ['not-a-pointer @*"a": type string[2] cannot be dereferenced (only pointers can)']],
    ['print(arg0);', ['invalid-builtin @arg0: begin probes have no arg0 (kprobe and uprobe have it)']],
    [
      'print(retval);',
      [
        'invalid-builtin @retval: begin probes have no retval (kretprobe, uretprobe and fexit have it; tracepoints of exits have args.ret)',
      ],
    ],
    [
      'print(args.x);',
      [
        'invalid-args @args.x: begin probes have no args (tracepoints, rawtracepoints, fentry, fexit and iterators have args)',
      ],
    ],
    ['print(sarg0);', ['removed @sarg0: sarg0 is no longer part of the language (use *(reg("sp") + 8))']],
    ['break;', ['misplaced-jump @break: break is only for loops (return ends the probe)']],
    ['unroll(101) { }', ['invalid-argument @101: unroll needs a literal number from 1 to 100, not 101']],
    ['kstack(foo);', ['invalid-argument @foo: unknown stack mode foo (modes are bpftrace, perf, raw, build_id)']],
    ['print(nsecs(mono));', ['invalid-argument @mono: unknown clock mono (clocks are monotonic, boot, tai, sw_tai)']],
    ['exit("a");', ['type-mismatch @"a": exit() needs an integer here, not string[2]']],
    ['time(1, 2);', ['argument-count @time(1, 2): time() takes 0 to 1 arguments, not 2']],
    ['@ = strncmp("a", "b");', ['argument-count @strncmp("a", "b"): strncmp() takes 3 arguments, not 2']],
    ['for $i : 0.."a" { }', ['type-mismatch @"a": a range needs integers, not string[2]']],
    [
      '1 + 2; nsecs;',
      ['warning unused-value @1 + 2: this value is not used', 'warning unused-value @nsecs: this value is not used'],
    ],
    ['exit(); print(1); print(2);', ['warning unreachable @print(1): this is never reached']],
    [
      '$d = (int32)pid; print($d / 2);',
      [
        'warning signed-division @$d: operator / treats this int32 as unsigned (cast it to uint64 where it cannot be negative)',
      ],
    ],
    ['print((nsecs - 5) / 1000);', []],
    [
      'print(nsecs < (int64)pid);',
      [
        'warning mixed-signedness @nsecs < (int64)pid: compares uint64 with int64, as int64 (cast one side to the type of the other)',
      ],
    ],
  ])('%s', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it.each([
    [
      't:sched:sched_switch',
      'print(args.prev_comn);',
      'unknown-field @prev_comn: sched:sched_switch has no argument prev_comn (did you mean prev_comm?)',
    ],
    [
      't:sched:sched_switch',
      'print(args);',
      'invalid-args @args: args is no value by itself (name one of them, as in args.filename)',
    ],
    [
      't:sched:sched_switch',
      'print(func);',
      'invalid-builtin @func: tracepoint probes have no func (probe gives the name of the probe)',
    ],
    [
      'fentry:vfs_read',
      'print(args.fil);',
      'unknown-field @fil: fentry:vmlinux:vfs_read has no argument fil (did you mean file?)',
    ],
    ['fexit:do_nothing', 'print(retval);', 'invalid-builtin @retval: fexit:vmlinux:do_nothing returns nothing'],
    [
      'kprobe:vfs_read',
      'print(args.file);',
      'invalid-args @args.file: kprobe probes have no args (use arg0, arg1, …, or fentry)',
    ],
    ['kprobe:vfs_read', 'print(reg("xx"));', 'invalid-argument @"xx": unknown register "xx" on x64'],
    ['rt:sched_switch', 'print(arg0);', 'invalid-builtin @arg0: rawtracepoint probes have no arg0 (use args.NAME)'],
  ])('%s %s', (probe, text, expected) => {
    expect(told(text, probe)[0]).toContain(expected);
  });

  it('five different ones in one run', () => {
    const script = `begin { print($nope); }
      tracepoint:sched:nope { }
      interval:s:1 { printf("%d"); @a = count(); @a = 1; foo(); }`;
    expect(checkText(script).told.map((one) => one.split(' ')[0])).toEqual([
      'undefined-variable',
      'unknown-probe',
      'format-arguments',
      'type-mismatch',
      'unknown-function',
    ]);
  });

  it('what follows from a mistake is not told', () => {
    expect(told('$a = nope; @b[$a] = 1; printf("%d", $a + 1); $c = $a.x; if ($a) { print(@b[1]); }')).toHaveLength(1);
  });

  it('tells without BTF what needs it', () => {
    const { told: without } = checkText('begin { print(((struct foo *)0).x); }', {}, { btf: undefined });
    expect(without[0]).toContain('missing-btf @struct foo *: type "struct foo" is unknown: the kernel has no BTF');
  });

  it('tells what is not supported yet', () => {
    const items = 'macro m($x) { $x } fn f($x : int32): int32 { return $x } import "x"; begin { for $kv : @a { } }';
    expect(checkText(items).told.filter((one) => one.startsWith('not-yet-supported'))).toHaveLength(4);
  });
});

describe('config', () => {
  it.each([
    ['max_strlen = 64', []],
    ['foo = 1', ['unknown-config @foo: unknown config key "foo"']],
    ['max_strle = 1', ['unknown-config @max_strle: unknown config key "max_strle" (did you mean max_strlen?)']],
    ['stack_mode = "x"', ['invalid-config @"x": config stack_mode needs one of bpftrace, perf, raw, build_id']],
    ['max_map_keys = "x"', ['invalid-config @"x": config max_map_keys needs a number from 1 to 2147483647']],
    ['lazy_symbolication = true', []],
  ])('%s', (entry, expected) => {
    expect(checkText(`config = { ${entry} } begin { exit(); }`).told).toEqual(expected);
  });

  it('is read, and overridden by the options', () => {
    const text = 'config = { max_strlen = 64; stack_mode = "perf"; print_maps_on_exit = false } begin { @ = kstack; }';
    expect(checkText(text, { config: { max_strlen: '100' } }).script?.config).toEqual({
      maxStrlen: 99,
      maxMapKeys: 4096,
      onStackLimit: 32,
      stackMode: 'perf',
      printMapsOnExit: false,
    });
  });
});

describe('definitions in C', () => {
  const STRUCT = 'struct foo { int a; char b[8]; struct foo *next; unsigned int x : 3; union { long l; short s; }; }';

  it.each([
    ['$f.b', 'kernel[$f + 4]:string[8]:string[8]'],
    ['$f.next.next.x', 'kernel[kernel[kernel[$f + 16]:struct foo * + 16]:struct foo * + 24].0:3:uint32:uint32'],
    ['$f.s', 'kernel[$f + 32]:int16:int16'],
    ['sizeof(struct foo)', '40:int8:int8'],
    ['offsetof(struct foo, next)', '16:int8:int8'],
  ])('%s', (expression, expected) => {
    const { text } = checkText(`${STRUCT} begin { $f = (struct foo *)curtask; print(${expression}); }`);
    expect(text).toContain(`print ${expected}`);
  });

  it('enums give constants', () => {
    const { text } = checkText('enum e { A, B = 5, C } begin { @[C] = count(); }');
    expect(text).toContain('map @[enum e]: count()');
    expect(text).toContain('@[6:enum e] = count()');
  });
});

describe('any script', () => {
  const corpus = new URL('../syntax/corpus/', import.meta.url);

  it.each(readdirSync(corpus))('%s gives a tree or tells why', (name) => {
    const { script, told: diagnostics } = checkText(readFileSync(new URL(name, corpus), 'utf8'));
    expect(script !== undefined || diagnostics.some((one) => !one.startsWith('warning'))).toBe(true);
  });

  it('gives a tree or tells why, without an exception', () => {
    fc.assert(
      fc.property(arbitraryScript, (tree) => {
        const diagnostics = new Diagnostics();
        const source = new SourceText('random', printScript(tree));
        const script = check(tree, source, fixtureFacts(), {}, diagnostics);
        expect(script === undefined).toBe(diagnostics.hasErrors);
      }),
      { numRuns: 300 },
    );
  });
});

describe('where tracepoints cannot be seen', () => {
  const unseen = { tracepoints: () => undefined, tracepointFormat: () => undefined };

  it('takes those of the script, and whatever their arguments lead to, with one warning', () => {
    const script =
      'tracepoint:a:b { $x = args.c; @m[tid] = ($x, 1); } tracepoint:a:* /has_key(@m, tid)/ { print(@m[tid].0 + $x2); }';
    expect(checkText(script, {}, unseen).told).toEqual([
      "warning unchecked-probe @tracepoint:a:b: this kernel's tracepoints cannot be seen: those of the script, and what depends on their arguments, are not checked (check it as root)",
      'undefined-variable @$x2: undefined variable $x2 (a variable lives in the block that first assigns it)',
    ]);
  });
});
