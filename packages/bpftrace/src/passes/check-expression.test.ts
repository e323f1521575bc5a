import { describe, expect, it } from 'vitest';
import { bodyOf, checkText } from './check-text.test-kit.ts';

/** What a value becomes, shown by assigning it. */
function shown(expression: string, probe?: string, options = {}): string {
  const [line] = bodyOf(`_ = ${expression};`, probe, options);
  return line!;
}

describe('integers', () => {
  it.each([
    ['5', '5:int8'],
    ['300', '300:int16'],
    ['0xffffffff', '4294967295:int64'],
    ['1ms', '1000000:int32'],
    ['true', 'true'],
    ['-128', '-128:int8'],
    ['-9223372036854775808', '-9223372036854775808:int64'],
    ['5 - 10', '-5:int8'],
    ['-4 / 2', '-2:int8'],
    ['(int64)-4 / 2', '(-4:int64 / 2:int64)'],
    ['(int8)-4 < 5', '(-4:int8 < 5:int8)'],
    ['-(int8)-4', '--4:int64'],
    ['~5', '18446744073709551610:uint64'],
    ['5 == 5', 'true'],
    ['!5', 'false'],
    ['(uint8)300', '44:uint8'],
    ['(uint64)-1', '18446744073709551615:uint64'],
    ['(bool)5', 'true'],
    ['pid + 1', '(uint64(pid) + 1:uint64)'],
    ['nsecs * (5 + 3)', '(nsecs_boot * 8:uint64)'],
    ['nsecs - 5', '(int64(nsecs_boot) - 5:int64)'],
    ['nsecs | (int8)pid', '(int64(nsecs_boot) | int64(int8(pid)))'],
    ['(uint8)pid + (int8)pid', '(int64(uint8(pid)) + int64(int8(pid)))'],
    ['(int32)pid << 2', '(int64(int32(pid)) << 2:int64)'],
    ['-(uint8)pid', '-uint64(uint8(pid))'],
    ['~(int8)pid', '~int64(int8(pid))'],
    ['(uint8)pid == (int8)pid', '(int16(uint8(pid)) == int16(int8(pid)))'],
    ['nsecs < 5', '(nsecs_boot < 5:uint64)'],
    ['pid < -5', '(int64(pid) < -5:int64)'],
    ['(pid > 1) + 1', '(uint64((pid > 1:uint32)) + 1:uint64)'],
    ['pid && nsecs', '(pid && nsecs_boot)'],
    ['!pid', '!pid'],
    ['bswap(nsecs)', 'bswap(nsecs_boot):uint64'],
    ['bswap((uint16)0x1234)', '13330:uint16'],
    ['sizeof(uint32)', '4:int8'],
    ['sizeof(struct task_struct)', '256:int16'],
    ['offsetof(struct task_struct, comm)', '56:int8'],
    ['PIDTYPE_TGID', '1:enum pid_type'],
    ['ncpus', '4:uint64'],
    ['rand % 5', '(uint64(rand) % 5:uint64)'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe('choices, strings, tuples, records', () => {
  it.each([
    ['pid > 5 ? 1 : 3000', '((pid > 5:uint32) ? 1:int16 : 3000:int16)'],
    ['pid ? "a" : "bcd"', '(pid ? "a":string[4] : "bcd":string[4])'],
    ['pid ?: 3', '(pid ? pid : 3:uint32)'],
    ['1 ? "a" : "bcd"', '"a":string[2]'],
    ['if (pid > 5) { "a" } else { "bc" }', '((pid > 5:uint32) ? "a":string[3] : "bc":string[3])'],
    ['comm == "abc"', '(comm == "abc":string[4])'],
    ['(1, comm) == (nsecs, "a")', '((1:uint64, comm) == bytes (nsecs_boot, "a":string[16]))'],
    ['strncmp(comm, "abc", 2)', 'uint64((comm != 2 "abc":string[4]))'],
    ['strcontains(comm, "b")', 'contains(comm, "b":string[2])'],
    ['(1, "a").1', '(1:int8, "a":string[2]){1}:string[2]'],
    ['(a=1, b=nsecs).b', '(a=1:int8, b=nsecs_boot){8}:uint64'],
    ['strlen("ü")', '2:uint64'],
    ['strlen(comm)', 'strlen(comm)'],
    ['buf("abc", 2)', 'buf("abc":string[4], 2:uint64):buffer[2]'],
    ['buf("abc", 9)', 'buf("abc":string[4], 9:uint64):buffer[4]'],
    ['buf(comm, pid)', 'buf(comm, uint64(pid)):buffer[16]'],
    ['(uint8[4])300', 'uint8[4](300:int16)'],
    ['(uint8[])pid', 'uint8[4](pid)'],
    ['buf((uint8[])pid)', 'buf(uint8[4](pid), 4:uint64):buffer[4]'],
    ['(int64)(uint8[])pid', 'int64(uint8[4](pid){0}:uint32)'],
    ['pton("10.1.2.3")', '0a010203:uint8[4]'],
    ['ntop(pton("::1"))', 'ntop(00000000000000000000000000000001:uint8[16])'],
    ['comm[pid]', 'comm{0}[uint64(pid) < 16 * 1]:int8'],
    ['{ let $a = 5; $a + 1 }', '{ $a: int8! = 5:int8 (int64($a) + 1:int64) }'],
    ['"ü"', '"ü":string[3]'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe('structs and pointers', () => {
  it.each([
    ['curtask.pid', 'kernel[curtask + 4]:int32~'],
    ['curtask->in_execve', 'kernel[curtask + 12].1:1:uint32~'],
    ['curtask.half', 'kernel[curtask + 24]:uint32~'],
    ['curtask.mm.mm_users', 'kernel[kernel[curtask + 40]:struct mm_struct *~ + 8]:int32~'],
    ['curtask.cred.uid.val', 'kernel[kernel[curtask + 48]:struct cred *~ + 8]:uint32~'],
    ['curtask.comm', 'kernel[curtask + 56]:string[16]~'],
    ['curtask.comm[2]', 'kernel[curtask + 58]:int8~'],
    ['curtask.cpus', 'kernel[curtask + 72]:uint64[4]~'],
    ['curtask.cpus[1]', 'kernel[curtask + 80]:uint64~'],
    ['curtask.stats[1].total_vm', 'kernel[curtask + 184]:uint64~'],
    [
      'curtask.stats[pid].total_vm',
      'kernel[struct mm_struct *(((uint64(curtask) + 104:uint64) + (uint64(pid) * 64:uint64))) + 16]:uint64~',
    ],
    ['curtask.on', 'kernel[curtask + 248]:bool~'],
    ['str(curtask.user_stack)', 'str(user kernel[curtask + 240]:int8 *~):string[1024]'],
    ['*curtask', 'kernel[curtask]:struct task_struct~'],
    ['&curtask.comm', 'string[16] *((uint64(curtask) + 56:uint64))'],
    ['((struct mm_struct *)5).total_vm', 'kernel[5:struct mm_struct * + 16]:uint64~'],
    ['*(uint16 *)nsecs', 'kernel[uint16 *(nsecs_boot)]:uint16'],
    ['((uint32 *)curtask)[3]', 'kernel[uint32 *(curtask) + 12]:uint32'],
    ['((uint32 *)curtask)[pid]', 'kernel[uint32 *((uint64(curtask) + (uint64(pid) * 4:uint64)))]:uint32'],
    ['(uint32 *)curtask + 2', 'uint32 *((uint64(curtask) + 8:uint64))'],
    ['curtask - 1', 'struct task_struct *((uint64(curtask) + 18446744073709551360:uint64))'],
    ['curtask == 0', '(uint64(curtask) == 0:uint64)'],
    ['uptr(curtask)', 'struct task_struct *(curtask)'],
    ['ppid', 'uint32(kernel[kernel[curtask + 32]:struct task_struct *~ + 8]:int32~)'],
    ['pcomm', 'kernel[kernel[curtask + 32]:struct task_struct *~ + 56]:string[16]~'],
    ['(uint64)curtask.cpus', 'invalid-cast @(uint64)curtask.cpus: cannot cast uint64[4] to uint64'],
    ['(struct mm_struct *)curtask.comm', 'struct mm_struct *((uint64(curtask) + 56:uint64))'],
    ['macaddr(curtask)', 'kernel[curtask]:mac'],
    ['buf(curtask, 8)', 'buf(kernel curtask, 8:uint64):buffer[8]'],
    ['buf(curtask.cpus)', 'buf(kernel uint64[4] *((uint64(curtask) + 72:uint64)), 32:uint64):buffer[32]'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('values of structs are taken apart in memory', () => {
    expect(bodyOf('$t = *curtask; print($t.cpus[2]); print($t.in_execve); print($t.cpus[pid]);').slice(1)).toEqual([
      'print $t{88}:uint64:uint64',
      'print $t{12}.1:1:uint32:uint32',
      'print $t{72}:uint64[4]{0}[uint64(pid) < 4 * 8]:uint64:uint64',
    ]);
  });
});

describe('arguments of probes', () => {
  it.each([
    ['t:syscalls:sys_enter_openat', 'args.dfd', 'ctx[16]:uint64'],
    ['t:syscalls:sys_enter_openat', 'str(args->filename)', 'str(user ctx[24]:int8 *):string[1024]'],
    ['t:syscalls:sys_enter_openat', 'str(args.filename, 5)', 'str(user ctx[24]:int8 *):string[5]'],
    [
      't:syscalls:sys_enter_openat',
      'str(args.filename, args.dfd)',
      'str(user ctx[24]:int8 *, ((ctx[16]:uint64 == 0:uint64) ? 0:uint64 : (ctx[16]:uint64 - 1:uint64))):string[1024]',
    ],
    ['t:syscalls:sys_enter_openat', 'args.filename[0]', 'user[ctx[24]:int8 *]:int8'],
    ['t:syscalls:sys_enter_execve', 'args.argv[1]', 'user[ctx[24]:int8 ** + 8]:int8 *'],
    ['t:syscalls:sys_exit_openat', 'args.ret', 'ctx[16]:int64'],
    ['t:sched:sched_switch', 'args.prev_comm', 'kernel[ctx + 8]:string[16]'],
    ['t:sched:sched_switch', 'args.prev_comm[2]', 'ctx[10]:int8'],
    ['t:sched:sched_switch', 'args.prev_state', 'ctx[32]:int64'],
    [
      't:sched:sched_process_exec',
      'args.filename',
      'kernel[uint8 *((uint64(ctx) + (uint64(ctx[8]:uint32) & 65535:uint64)))]:string[1024]',
    ],
    ['t:raw_syscalls:sys_enter', 'args.args[2]', 'ctx[32]:uint64'],
    ['t:sock:inet_sock_set_state', 'args.sport', 'ctx[24]:uint16'],
    [
      't:sock:inet_sock_set_state',
      'ntop(args.family, args.saddr_v6)',
      'ntop(uint64(ctx[28]:uint16), kernel[ctx + 40]:uint8[16])',
    ],
    ['t:skb:kfree_skb', 'args.reason', 'ctx[16]:enum reason'],
    ['t:skb:kfree_skb', 'args.task.pid', 'kernel[ctx[32]:struct task_struct * + 4]:int32~'],
    [
      't:skb:kfree_skb',
      'args.note',
      'kernel[uint8 *((uint64(ctx) + (uint64(ctx[20]:uint32) & 65535:uint64))) + 24]:string[1024]',
    ],
    [
      't:skb:kfree_skb',
      'args.words[2]',
      'kernel[uint32 *((uint64(ctx) + (uint64(ctx[24]:uint32) & 65535:uint64))) + 8]:uint32',
    ],
    ['rt:sched_switch', 'args.prev', 'ctx[8]:struct task_struct *!'],
    ['rt:sched_switch', 'args.preempt', 'ctx[0]:bool'],
    ['rt:sched_switch', 'args.prev.comm', 'kernel[ctx[8]:struct task_struct *! + 56]:string[16]~'],
    ['rt:kfree_skb', 'arg1', 'ctx[8]:uint64'],
    ['fentry:vfs_read', 'args.count', 'ctx[16]:uint64'],
    ['fentry:vfs_read', 'func', 'ksym(func_ip)'],
    ['fexit:vfs_read', 'retval', 'ctx[32]:int64'],
    ['fexit:vfs_open', 'retval', 'ctx[16]:int32'],
    ['kprobe:vfs_read', 'arg1', 'ctx[104]:uint64'],
    ['kprobe:vfs_read', 'arg6', 'kernel[uint64 *((ctx[152]:uint64 + 8:uint64))]:uint64'],
    ['kprobe:vfs_read', 'ctx.ip', 'ctx[128]:uint64'],
    ['kprobe:vfs_read', 'func', 'ksym(func_ip)'],
    ['kretprobe:vfs_read', 'retval', 'ctx[80]:uint64'],
    ['uprobe:app:main', 'str(arg0)', 'str(user ctx[112]:uint64):string[1024]'],
    ['uprobe:app:main', '((struct task_struct *)arg0).pid', 'user[struct task_struct *(ctx[112]:uint64) + 4]:int32~'],
    ['uprobe:app:main', 'func', 'usym(ctx[128]:uint64)'],
    ['uprobe:app:main', 'usym(reg("ip"))', 'usym(ctx[128]:uint64)'],
    ['uretprobe:app:main', 'retval', 'ctx[80]:uint64'],
    ['iter:task', 'ctx.task.pid', 'kernel[ctx[8]:struct task_struct * + 4]:int32~'],
    ['iter:task', 'args.task.pid', 'kernel[ctx[8]:struct task_struct * + 4]:int32~'],
    ['profile:hz:9', 'usermode', 'uint8(((ctx[136]:uint64 & 3:uint64) == 3:uint64))'],
    ['profile:hz:9', 'probe', '"profile:hz:9":string[13]'],
  ])('%s %s', (probe, text, expected) => {
    expect(shown(text, probe)).toBe(expected);
  });

  it('on arm64 the registers are others', () => {
    const source =
      'kprobe:vfs_read { print(arg1); print(arg8); print(reg("pc")); } kretprobe:vfs_read { print(retval); }';
    const { text } = checkText(source, {}, { architecture: 'arm64' });
    expect(text.match(/(?<=print ).*(?=:uint64$)/gm)).toEqual([
      'ctx[8]:uint64',
      'kernel[uint64 *(ctx[248]:uint64)]:uint64',
      'ctx[256]:uint64',
      'ctx[0]:uint64',
    ]);
  });
});

describe('parameters of the script', () => {
  const options = { positionalParams: ['42', 'abc', '-0x10'] };
  it.each([
    ['$1', '42:int8'],
    ['$3', '-16:int8'],
    ['$1 + 1', '43:int8'],
    ['$#', '3:int8'],
    ['str($2)', '"abc":string[4]'],
    ['str($1)', '"42":string[3]'],
    ['str($9)', '"":string[1]'],
    ['$9', '0:int8'],
    ['$2', 'not-a-number @$2: parameter $2 is "abc", which is no number (str($2) is its text)'],
  ])('%s', (text, expected) => {
    expect(shown(text, 'begin', options)).toBe(expected);
  });
});

describe('stacks, symbols, time', () => {
  it.each([
    ['kstack', 'kstack_bpftrace_127'],
    ['kstack(3)', 'kstack_bpftrace_3'],
    ['ustack(perf)', 'ustack_perf_127'],
    ['ustack(raw, 5)', 'ustack_raw_5'],
    ['ksym(nsecs)', 'ksym(nsecs_boot)'],
    ['kaddr("jiffies")', '18446744071595622400:uint64'],
    ['nsecs(monotonic)', 'nsecs'],
    ['nsecs(tai)', 'nsecs_tai'],
    ['strftime("%H", nsecs)', 'timestamp(nsecs_boot)'],
    ['strerror(5)', 'strerror(5:uint64)'],
    ['username', 'username(uid)'],
    ['cgroup_path(cgroup)', 'cgroup-path(cgroup)'],
    ['ntop(0x0100007f)', 'ntop(16777343:int32)'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});
