import { describe, expect, it } from 'vitest';
import { bodyOf, checkText } from '../check-text.test-kit.ts';

const PROBE = 't:syscalls:sys_enter_openat';

describe('who did it', () => {
  it.each([
    [
      'print((node, namespace, pod, container, workload));',
      ['print (node, namespace, pod, container, workload):(interned,interned,interned,interned,interned)'],
    ],
    ['$p = pod; @x = $p;', ['$p: interned! = pod', '@x = $p']],
    ['@[label("app.kubernetes.io/name"), comm] = count();', ['@[(label("app.kubernetes.io/name"), comm)] = count()']],
    ['if (pod == "a" && "b" != pod) { }', ['if ((pod == "a":interned) && ("b":interned != pod))']],
    ['if (pod) { } if (!label("x")) { }', ['if pod', 'if !label("x")']],
    ['$p = pod; if ($p == pod) { }', ['$p: interned! = pod', 'if ($p == pod)']],
    ['print(namespace == "" ? "host" : pod);', ['print ((namespace == "":interned) ? "host":interned : pod):interned']],
    ['print(pod ?: "host");', ['print (pod ? pod : "host":interned):interned']],
    ['$p = "host"; $p = pod;', ['$p: interned = "host":interned', '$p: interned = pod']],
    [
      '@limit["shop"] = 5; print(@limit[namespace]);',
      ['@limit["shop":interned] = 5:int8', 'print @limit[namespace]:int8'],
    ],
    ['@[pod, 1] = 1; @["x", 2] = 2;', ['@[(pod, 1:int8)] = 1:int8', '@[("x":interned, 2:int8)] = 2:int8']],
    ['if ((a=pod) == (a="x")) { }', ['if ((a=pod) == bytes (a="x":interned))']],
    [
      '@[1] = pod; if (has_key(@, 1)) { @[2] = "none"; }',
      ['@[1:int8] = pod', 'if has_key(@[1:int8])', '  @[2:int8] = "none":interned'],
    ],
    [
      'for $i : 0..2 { let $p; $p = pod; }',
      ['for $i: int8 in 0:int8 .. 2:int8', '  $p: interned = "":interned', '  $p: interned = pod'],
    ],
    ['printf("%-16s|%s", pod, label("a"));', ['printf("%-16s|%s", pod, label("a"))']],
  ])('%s', (text, expected) => {
    expect(bodyOf(text, PROBE)).toEqual(expected);
  });

  const HINT = '(the kernel knows this text only by a number: compare it with a literal or with its like, or show it)';

  it.each([
    ['print(pod == comm);', [`type-mismatch @pod == comm: cannot compare interned with string[16] ${HINT}`]],
    ['print(pod < "a");', ['type-mismatch @pod < "a": operator < does not work on interned (use == or !=)']],
    ['print(strncmp(pod, "a", 1));', [`type-mismatch @pod: strncmp() needs a string here, not interned ${HINT}`]],
    ['print(strcontains(pod, "a"));', [`type-mismatch @pod: strcontains() needs a string here, not interned ${HINT}`]],
    ['print(strlen(pod));', [`type-mismatch @pod: strlen() needs a string here, not interned ${HINT}`]],
    ['print(str(pod));', [`type-mismatch @pod: str() needs a pointer, an integer or a string, not interned ${HINT}`]],
    ['print(pod + 1);', ['type-mismatch @pod + 1: operator + does not work on interned and int8']],
    ['print((uint64)pod);', ['invalid-cast @(uint64)pod: cannot cast interned to uint64']],
    ['printf("%d", pod);', ['format-arguments @pod: %d cannot show interned (use %s)']],
    ['@ = hist(pod);', ['type-mismatch @pod: hist() needs an integer, not interned']],
    ['@[pod] = 1; @[comm] = 2;', ['map-key-mismatch @comm: the key of @ is interned, not string[16]']],
    ['@[comm] = 1; @[pod] = 2;', ['map-key-mismatch @comm: the key of @ is interned, not string[16]']],
    ['$p = pod; $p = comm;', ['type-mismatch @comm: $p holds interned, not string[16]']],
    ['print(label(comm));', ['not-constant @comm: label() needs a literal string here, not string[16]']],
    ['print(label(""));', ['invalid-argument @"": label() needs the key of a label']],
    ['print(label());', ['argument-count @label(): label() takes 1 argument, not 0']],
    ['print(pood);', ['unknown-name @pood: unknown name pood (did you mean pod?)']],
  ])('%s', (text, told) => {
    expect(checkText(`${PROBE} { ${text} }`).told).toEqual(told);
  });

  it.each(['begin', 'end', 'interval:s:1', 'iter:task'])('of %s is not the target', (probe) => {
    const { script, told } = checkText(`${probe} { @[pod, label("a"), node] = count(); }`);
    expect(script).toBeDefined();
    expect(told.map((line) => line.slice(0, line.indexOf(' in ')))).toEqual([
      'warning not-the-target @pod: pod',
      'warning not-the-target @label("a"): label()',
    ]);
  });

  it('leaves the names of the script alone', () => {
    expect(bodyOf('$pod = 1; @node = $pod;', PROBE)).toEqual(['$pod: int8! = 1:int8', '@node = $pod']);
    const own = 'enum kind { node = 3, pod }; struct s { int pod; };';
    const { text } = checkText(`${own} ${PROBE} {
      print(node + pod); print((namespace=1).namespace); print(((struct s *)args.filename).pod); }`);
    expect(text.match(/(?<=print ).*/g)).toEqual([
      '7:uint64:uint64',
      '(namespace=1:int8){0}:int8:int8',
      'user[struct s *(ctx[24]:int8 *)]:int32:int32',
    ]);
  });
});
