import { describe, expect, it } from 'vitest';
import { bodyOf, checkText } from './check-text.test-kit.ts';

/** The maps of a script and the lines of its first program. */
function mapsOf(statements: string): string[] {
  const { text, told } = checkText(`begin { ${statements} }`);
  return text === '' ? [...told] : text.split('\n').filter((line) => line.startsWith('map '));
}

describe('variables', () => {
  it.each([
    ['$a = 1; $a = 300;', ['$a: int16 = 1:int16', '$a: int16 = 300:int16']],
    ['$a = 1; $a = nsecs;', ['$a: uint64 = 1:uint64', '$a: uint64 = nsecs_boot']],
    ['$a = nsecs; $a = -1;', ['$a: int64 = int64(nsecs_boot)', '$a: int64 = -1:int64']],
    ['$a = "x"; $a = comm;', ['$a: string[16] = "x":string[16]', '$a: string[16] = comm']],
    [
      '$a = (1, 2); $a = (nsecs, 3000);',
      ['$a: (uint64,int16) = (1:uint64, 2:int16)', '$a: (uint64,int16) = (nsecs_boot, 3000:int16)'],
    ],
    ['$a = 5; $a += 1;', ['$a: int64 = 5:int64', '$a: int64 = ($a + 1:int64)']],
    ['$a = (uint8)1; $a++;', ['$a: uint64 = 1:uint64', '($a += 1:uint64 old)']],
    ['$a = 2; $b = nsecs * $a;', ['$a: int8! = 2:int8', '$b: uint64! = (nsecs_boot * uint64($a))']],
    ['let $a: uint8 = 200; $a = nsecs;', ['$a: uint8 = 200:uint8', '$a: uint8 = uint8(nsecs_boot)']],
    ['let $a; $a = pid;', ['$a: uint32 = pid']],
    [
      'if (pid) { $a = 1; } else { $a = "x"; }',
      ['if pid', '  $a: int8! = 1:int8', 'else', '  $a: string[2]! = "x":string[2]'],
    ],
  ])('%s', (text, expected) => {
    expect(bodyOf(text)).toEqual(expected);
  });
});

describe('control flow', () => {
  it.each([
    [
      'unroll (2) { $x = 1; @++; }',
      ['$x: int8! = 1:int8', '(@ += 1:int64 old)', '$x: int8! = 1:int8', '(@ += 1:int64 old)'],
    ],
    ['for $i : 0..10 { print($i); break; }', ['for $i: int8 in 0:int8 .. 10:int8', '  print $i:int8', '  break']],
    ['for $i : 0..nsecs { continue; }', ['for $i: uint64 in 0:uint64 .. nsecs_boot', '  continue']],
    ['if (comm) { } else if (pid) { exit(3); }', ['if (comm != "":string[1])', 'else', '  if pid', '    exit 3:int64']],
    [
      'for $i : 0..9 { let $a: uint8; let $b; $b = (1, comm); }',
      [
        'for $i: int8 in 0:int8 .. 9:int8',
        '  $a: uint8 = 0:uint8',
        '  $b: (int8,string[16]) = (0:int8, "":string[16])',
        '  $b: (int8,string[16]) = (1:int8, comm)',
      ],
    ],
    ['return;', ['return']],
    ['{ let $a = 1; } { let $a = "x"; }', ['$a: int8! = 1:int8', '$a: string[2]! = "x":string[2]']],
    ['while (pid) { break; }', ['while pid', '  break']],
  ])('%s', (text, expected) => {
    expect(bodyOf(text)).toEqual(expected);
  });
});

describe('maps', () => {
  it.each([
    ['@ = 1;', ['map @: int8 max 1']],
    ['@ = 1; @ = nsecs;', ['map @: uint64 max 1']],
    ['@ = pid; @ = -1;', ['map @: int64 max 1']],
    ['@++;', ['map @: int64 max 1']],
    ['@++; @ = nsecs;', ['map @: uint64 max 1']],
    ['@ = nsecs; @ -= 5;', ['map @: int64 max 1']],
    ['@ = @ + 1;', ['map @: int64 max 1']],
    ['@[1] = 1; @[3000] = 2;', ['map @[int16]: int8 max 4096']],
    ['@[1, "a"] = 1; @[nsecs, comm] = 2;', ['map @[(uint64,string[16])]: int8 max 4096']],
    ['@[(1, 2)] = 1; @[3, 4] = 2;', ['map @[(int8,int8)]: int8 max 4096']],
    ['@ = "a"; @ = "abc";', ['map @: string[4] max 1']],
    ['@a = @b; @b = 1; @a = nsecs;', ['map @b: int8 max 1', 'map @a: uint64 max 1']],
    ['@ = curtask; print(@.pid);', ['map @: struct task_struct * max 1']],
    ['@ = count();', ['map @: count() max 1']],
    ['@[pid] = sum(1); @[pid] = sum(nsecs);', ['map @[uint32]: sum() max 4096']],
    ['@ = hist(pid, 2); @h = lhist(pid, 0, 100, 10);', ['map @: hist(,2) max 1', 'map @h: lhist(,0,100,10) max 1']],
    ['@ = kstack; @u = (a=1, b=comm);', ['map @: kstack_bpftrace_127 max 1', 'map @u: (a=int8,b=string[16]) max 1']],
  ])('%s', (text, expected) => {
    expect(mapsOf(text)).toEqual(expected);
  });

  it.each([
    ['@ = 1; @ = nsecs;', ['@ = 1:uint64', '@ = nsecs_boot']],
    ['@[pid] += 5;', ['(@[pid] += 5:int64 new)']],
    ['@ = nsecs; @ -= 5;', ['@ = int64(nsecs_boot)', '(@ += -5:int64 new)']],
    ['@ = 2; @ *= 3;', ['@ = 2:int64', '@ = (@ * 3:int64)']],
    [
      '@[1, 2] = 1; delete(@[3, 4]); delete(@, (5, 6));',
      ['@[(1:int8, 2:int8)] = 1:int8', 'delete(@[(3:int8, 4:int8)])', 'delete(@[(5:int8, 6:int8)])'],
    ],
    [
      '@ = 1; delete(@); clear(@); zero(@); print(@); print(@, 3, 2);',
      ['@ = 1:int8', 'delete(@)', 'clear-map @', 'zero-map @', 'print-map @', 'print-map @ top 3 div 2'],
    ],
    [
      '@[1] = 1; print(@[2]); print(has_key(@, 3)); print(len(@));',
      ['@[1:int8] = 1:int8', 'print @[2:int8]:int8', 'print has_key(@[3:int8]):bool', 'print len(@):uint64'],
    ],
    ['@ = count(); print(@ + 1); if (@ > 5) { }', ['@ = count()', 'print (@ + 1:uint64):uint64', 'if (@ > 5:uint64)']],
    ['@[1] = stats(pid); print(@[2]);', ['@[1:int8] = stats() of uint64(pid)', 'print-entry @[2:int8]']],
    ['@ = max(-5); $x = @;', ['@ = max() of -5:int64', '$x: int64! = @']],
    ['@ = avg(pid); @ = avg(1);', ['@ = avg() of uint64(pid)', '@ = avg() of 1:uint64']],
  ])('%s', (text, expected) => {
    expect(bodyOf(text)).toEqual(expected);
  });

  it('are declared with a kind and a size', () => {
    const { text } = checkText('config = { max_map_keys = 10 } let @a = lruhash(5); begin { @a[1] = 1; @b[1] = 1; }');
    expect(text.split('\n').slice(0, 2)).toEqual(['map @a[int8]: int8 lruhash max 5', 'map @b[int8]: int8 max 10']);
  });

  it('agree over all probes', () => {
    const { text } = checkText('begin { @[1] = "a"; } end { @[nsecs] = "abcdef"; }');
    expect(text).toContain('map @[uint64]: string[7]');
    expect(text).toContain('@[1:uint64] = "a":string[7]');
  });
});

describe('output', () => {
  it.each([
    ['printf("%d %s\\n", pid, comm);', ['printf("%d %s\\n", pid, comm)']],
    ['print((1, nsecs));', ['print (1:int8, nsecs_boot):(int8,uint64)']],
    ['print((a=1, b=comm));', ['print (a=1:int8, b=comm):(a=int8,b=string[16])']],
    ['time(); time("%s");', ['time "%H:%M:%S\\n"', 'time "%s"']],
    ['join(curtask, ",");', ['join kernel curtask ","']],
    ['cat("/proc/%d/maps", pid);', ['cat("/proc/%d/maps", pid)']],
    ['exit();', ['exit']],
  ])('%s', (text, expected) => {
    expect(bodyOf(text)).toEqual(expected);
  });

  it('join knows where the pointers come from', () => {
    expect(bodyOf('join(args.argv);', 't:syscalls:sys_enter_execve')).toEqual(['join user ctx[24]:int8 ** " "']);
  });

  it('unsafe functions need leave', () => {
    expect(bodyOf('system("ls %d", pid); signal("KILL");', 'begin', { unsafe: true })).toEqual([
      'system("ls %d", pid)',
      'send_signal(9:uint64)',
    ]);
    expect(bodyOf('system("ls");')).toEqual(['unsafe @system: system() is unsafe (allow it with --unsafe)']);
  });
});
