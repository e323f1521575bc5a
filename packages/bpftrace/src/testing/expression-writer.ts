import type { Choices } from './choices.ts';
import type { MapsOfScript, ScriptMapPlan, VariablesInScope } from './names-in-scope.ts';
import type { ProbeChoice } from './probe-menu.ts';
import { anyShape, BOOL, INT, type Shape, type Special, STRING, sameShape, TASK } from './shape.ts';

const LITERALS = [
  '0', '1', '2', '3', '7', '8', '10', '31', '63', '64', '100', '127', '128', '255', '256', '1000', '0x7fff', '65535', '65536',
  '1e6', '0x7fffffff', '0x80000000', '4294967295', '4294967296', '0x123456789abcdef', '9223372036854775807',
  '18446744073709551615', '-1', '-2', '-128', '-129', '-32768', '-2147483649', '-9223372036854775807', "(uint8)300", '5ms',
]; // biome-ignore format: a table

const TEXTS = [
  '', 'a', 'sh', 'node', 'bash', 'swapper/0', '/etc/hosts', 'exactly15chars!', 'sixteen letters.', 'UTF-8: é€😀', 'a \\"quote\\"',
  'a text of 32 bytes with its end', 'a text of 33 bytes with its end!', `long ${'0123456789'.repeat(12)}`,
  `longer ${'abcdefghij'.repeat(30)}`,
]; // biome-ignore format: a table

const INT_TYPES = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const;
const BUILTIN_INTS = [
  'pid',
  'tid',
  'uid',
  'gid',
  'cpu',
  'nsecs',
  'elapsed',
  'cgroup',
  'rand',
  'ppid',
  'numaid',
  'jiffies',
  'nsecs(monotonic)',
];
const IDENTITY = ['node', 'namespace', 'pod', 'container', 'workload', 'label("app")', 'label("tier")'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
const TASK_INTS = [
  'pid', 'tgid', 'flags', 'prio', 'start_time', 'utime', 'exit_code', 'personality', 'cred.uid.val', 'mm.total_vm', 'mm.arg_start',
  'signal.nr_threads', 'se.vruntime', 'real_parent.pid', 'nsproxy.uts_ns.ns.inum', 'sched_reset_on_fork', 'in_execve', 'fs.umask',
  'mm.exe_file.f_inode.i_ino', 'mm.exe_file.f_path.dentry.d_name.len', 'cgroups.dfl_cgrp.kn.id', 'thread.sp',
  'group_leader.real_parent.cred.euid.val', 'signal.rlim[1].rlim_cur', 'comm[2]',
]; // biome-ignore format: a table

/** What an expression may refer to. */
export interface Surroundings {
  readonly probe: ProbeChoice;
  readonly maps: MapsOfScript;
  readonly variables: VariablesInScope;
}

/**
 * Writes expressions of a wanted shape. All of them are right: divisors and shifts that are known are in range, and arithmetic
 * always has an operand that is not known before run time, so that no constant overflows.
 */
export class ExpressionWriter {
  readonly #choices: Choices;
  readonly #probe: ProbeChoice;
  readonly #maps: MapsOfScript;
  readonly #variables: VariablesInScope;

  constructor(choices: Choices, { probe, maps, variables }: Surroundings) {
    this.#choices = choices;
    this.#probe = probe;
    this.#maps = maps;
    this.#variables = variables;
  }

  /** @param depth of operators within each other, at most. */
  value(shape: Shape, depth: number): string {
    switch (shape.kind) {
      case 'int':
        return this.int(depth);
      case 'bool':
        return this.bool(depth);
      case 'string':
        return this.string(depth);
      case 'task':
        return this.task(depth);
      case 'special':
        return this.#stored(shape, depth, () => this.#special(shape.of, depth));
      case 'tuple':
        return this.#stored(
          shape,
          depth,
          () => `(${shape.elements.map((one) => this.value(one, depth - 1)).join(', ')})`,
        );
      case 'record':
        return this.#stored(
          shape,
          depth,
          () => `(${shape.fields.map(([name, one]) => `${name} = ${this.value(one, depth - 1)}`).join(', ')})`,
        );
    }
  }

  int(depth: number): string {
    return this.#choices.weighted([3, () => this.#choices.pick(LITERALS)], [7, () => this.unknownInt(depth)]);
  }

  /** An integer that is not known before run time. */
  unknownInt(depth: number): string {
    const choices = this.#choices;
    const here = this.#probe.ints;
    const variables = this.#variables.of(INT);
    const maps = this.#maps.holding(INT);
    const simple: [number, () => string][] = [
      [3, () => choices.pick(BUILTIN_INTS)],
      [here.length > 0 ? 4 : 0, () => choices.pick(here)],
      [variables.length > 0 ? 6 : 0, () => choices.pick(variables).name],
      [2, () => `${this.task(0)}.${choices.pick(TASK_INTS)}`],
    ];
    if (depth <= 0) return choices.weighted(...simple);
    const operand = () => this.int(depth - 1);
    const left = () => this.unknownInt(depth - 1);
    return choices.weighted(
      ...simple,
      [8, () => `(${left()} ${choices.pick(['+', '-', '*', '&', '|', '^'])} ${operand()})`],
      [1, () => `(${operand()} ${choices.pick(['+', '-', '*', '&', '|', '^'])} ${left()})`],
      [2, () => `(${left()} ${choices.pick(['/', '%'])} ${this.#divisor(depth)})`],
      [2, () => `(${left()} ${choices.pick(['<<', '>>'])} ${this.#shift(depth)})`],
      [2, () => `(${choices.pick(INT_TYPES)})${left()}`],
      [2, () => `${choices.pick(['-', '~'])}(${left()})`],
      [2, () => `(${this.condition(depth - 1)} ? ${left()} : ${operand()})`],
      [maps.length > 0 ? 3 : 0, () => this.#number(choices.pick(maps), depth - 1)],
      [1, () => this.#element(INT) ?? left()],
      [1, () => `strncmp(${this.string(depth - 1)}, ${this.string(depth - 1)}, ${choices.pick([1, 3, 8, 16, 40])})`],
      [1, () => `bswap(${left()})`],
      [1, () => `(${left()} + sizeof(struct task_struct))`],
      [1, () => `strlen(${this.#textOfTask()})`],
      [1, () => `(${this.string(0)})[${choices.pick(['0', 'pid % 16'])}]`],
      [1, () => `${this.value({ kind: 'special', of: 'bytes' }, depth - 1)}[${choices.pick(['0', '3', 'pid % 8'])}]`],
      [1, () => `({ let ${this.#variables.passing()} = ${operand()}; ${left()} })`],
      [1, () => `(${left()} ?: ${operand()})`],
      [1, () => this.#updated() ?? left()],
      [1, () => this.#length() ?? left()],
    );
  }

  bool(depth: number): string {
    const choices = this.#choices;
    const variables = this.#variables.of(BOOL);
    const maps = this.#maps.holding(BOOL);
    const keyed = this.#maps.all.filter(({ keys }) => keys.length > 0);
    const nested = () => this.bool(depth - 1);
    return choices.weighted(
      [1, () => choices.pick(['true', 'false'])],
      [5, () => `(${this.unknownInt(depth - 1)} ${choices.pick(COMPARISONS)} ${this.int(depth - 1)})`],
      [variables.length > 0 ? 3 : 0, () => choices.pick(variables).name],
      [3, () => `(${this.string(depth - 1)} ${choices.pick(['==', '!='])} ${this.string(depth - 1)})`],
      [1, () => `(${this.task(0)} ${choices.pick(['==', '!='])} ${this.task(0)})`],
      [2, () => `(${this.#identity(depth)} ${choices.pick(['==', '!='])} ${this.#identityOrText(depth)})`],
      [1, () => 'in_target()'],
      [this.#probe.tasks.length > 0 ? 1 : 0, () => `in_target(${this.task(0)})`],
      [keyed.length > 0 && depth > 0 ? 2 : 0, () => this.#hasKey(choices.pick(keyed), depth - 1)],
      [maps.length > 0 && depth > 0 ? 2 : 0, () => this.place(choices.pick(maps), depth - 1)],
      [depth > 0 ? 3 : 0, () => `(${nested()} ${choices.pick(['&&', '||'])} ${nested()})`],
      [depth > 0 ? 2 : 0, () => `!${nested()}`],
      [depth > 0 ? 1 : 0, () => this.#sameValues(depth - 1)],
      [1, () => `strcontains(${this.string(depth - 1)}, "${choices.pick(TEXTS.slice(1, 8))}")`],
    );
  }

  /** What `if` and predicates take: a bool, a number, a pointer, a text. */
  condition(depth: number): string {
    return this.#choices.weighted(
      [6, () => this.bool(depth)],
      [3, () => this.unknownInt(depth)],
      [1, () => this.task(0)],
      [1, () => this.#identity(depth)],
      [1, () => this.string(depth)],
    );
  }

  string(depth: number): string {
    const choices = this.#choices;
    const { strings, userText } = this.#probe;
    const variables = this.#variables.of(STRING);
    const maps = this.#maps.holding(STRING);
    return choices.weighted(
      [3, () => `"${choices.pick(TEXTS)}"`],
      [4, () => choices.pick(['comm', 'pcomm', 'probe'])],
      [variables.length > 0 ? 4 : 0, () => choices.pick(variables).name],
      [strings.length > 0 ? 4 : 0, () => choices.pick(strings)],
      [userText.length > 0 ? 4 : 0, () => `str(${choices.pick(userText)}${this.#limit(depth)})`],
      [3, () => this.#textOfTask()],
      [maps.length > 0 && depth > 0 ? 3 : 0, () => this.place(choices.pick(maps), depth - 1)],
      [depth > 0 ? 2 : 0, () => `(${this.bool(depth - 1)} ? ${this.string(depth - 1)} : ${this.string(depth - 1)})`],
      [depth > 0 ? 1 : 0, () => this.#element(STRING) ?? this.string(depth - 1)],
    );
  }

  /** A pointer to `struct task_struct`. */
  task(depth: number): string {
    const choices = this.#choices;
    const { tasks } = this.#probe;
    const variables = this.#variables.of(TASK);
    const maps = this.#maps.holding(TASK);
    return choices.weighted(
      [3, () => 'curtask'],
      [tasks.length > 0 ? 6 : 0, () => choices.pick(tasks)],
      [variables.length > 0 ? 4 : 0, () => choices.pick(variables).name],
      [depth > 0 ? 2 : 0, () => `${this.task(depth - 1)}.${choices.pick(['real_parent', 'group_leader'])}`],
      [maps.length > 0 && depth > 0 ? 2 : 0, () => this.place(choices.pick(maps), depth - 1)],
      [depth > 0 ? 1 : 0, () => `((struct task_struct *)${this.unknownInt(depth - 1)})`],
    );
  }

  /** What a map holds as a number: an aggregate is not assigned to another map as it is. */
  #number(map: ScriptMapPlan, depth: number): string {
    return `${map.aggregate === undefined ? '' : '(int64)'}${this.place(map, depth)}`;
  }

  /** A map with a key. */
  place(map: ScriptMapPlan, depth: number): string {
    return map.keys.length === 0 ? map.name : `${map.name}[${this.key(map, depth)}]`;
  }

  key({ keys }: ScriptMapPlan, depth: number): string {
    return keys.map((shape) => this.value(shape, Math.max(0, depth))).join(', ');
  }

  /** A value that has been made already, or a new one. */
  #stored(shape: Shape, depth: number, make: () => string): string {
    const variables = this.#variables.of(shape);
    const maps = this.#maps.holding(shape);
    return this.#choices.weighted(
      [4, make],
      [variables.length > 0 ? 3 : 0, () => this.#choices.pick(variables).name],
      [maps.length > 0 && depth > 0 ? 2 : 0, () => this.place(this.#choices.pick(maps), depth - 1)],
    );
  }

  #special(special: Special, depth: number): string {
    const choices = this.#choices;
    const { addresses, userText } = this.#probe;
    switch (special) {
      case 'ksym':
      case 'usym':
      case 'strerror':
      case 'cgroup_path':
        return `${special}(${this.unknownInt(depth - 1)})`;
      case 'inet':
        if (choices.chance(10)) return 'ntop(pton("fe80::1"))';
        return `ntop(${addresses.length > 0 && this.#choices.chance(70) ? choices.pick(addresses) : this.unknownInt(depth - 1)})`;
      case 'timestamp':
        return `strftime("%H:%M:%S", ${choices.pick(['nsecs', 'nsecs(tai)', this.unknownInt(depth - 1)])})`;
      case 'mac':
        return `macaddr(${this.task(0)}.comm)`;
      case 'interned':
        return choices.chance(20)
          ? `(${this.bool(depth - 1)} ? ${choices.pick(IDENTITY)} : "${choices.pick(TEXTS.slice(0, 5))}")`
          : choices.pick(IDENTITY);
      case 'bytes':
        return `((uint8[8])(uint64)${this.unknownInt(depth - 1)})`;
      case 'struct':
        return `${this.task(0)}.cred.${choices.pick(['uid', 'euid'])}`;
      case 'buffer':
        if (choices.chance(10)) return `buf("some text"${choices.pick([', 3', ', 20'])})`;
        return userText.length > 0 && this.#choices.chance(70)
          ? `buf(${choices.pick(userText)}, ${choices.pick(['1', '16', '100', this.unknownInt(depth - 1)])})`
          : `buf(${this.task(0)}.comm${choices.pick(['', ', 4', ', 16'])})`;
      default:
        return special;
    }
  }

  #identity(depth: number): string {
    return this.value({ kind: 'special', of: 'interned' }, depth - 1);
  }

  #identityOrText(depth: number): string {
    const choices = this.#choices;
    return choices.chance(60) ? `"${choices.pick(TEXTS.slice(0, 5))}"` : this.#identity(depth);
  }

  #textOfTask(): string {
    const choices = this.#choices;
    const path = choices.pick(['comm', 'real_parent.comm', 'nsproxy.uts_ns.name.nodename', 'str', 'length']);
    if (path === 'str') return `str(${this.task(0)}.mm.exe_file.f_path.dentry.d_name.name)`;
    if (path === 'length') return `str(${this.task(0)}.comm, ${choices.pick([1, 4, 10, 100])})`;
    return `${this.task(0)}.${path}`;
  }

  /** The second argument of `str`, perhaps. */
  #limit(depth: number): string {
    const choices = this.#choices;
    return choices.weighted(
      [3, () => ''],
      [3, () => `, ${choices.pick([1, 2, 16, 32, 64, 200])}`],
      [1, () => `, ${this.unknownInt(depth - 1)}`],
    );
  }

  #divisor(depth: number): string {
    const choices = this.#choices;
    return choices.weighted(
      [2, () => choices.pick(['1', '2', '3', '7', '1000', '4294967296'])],
      [1, () => this.unknownInt(depth - 1)],
    );
  }

  #shift(depth: number): string {
    const choices = this.#choices;
    return choices.weighted(
      [3, () => choices.pick(['0', '1', '3', '8', '31', '32', '63'])],
      [1, () => this.unknownInt(depth - 1)],
    );
  }

  #hasKey(map: ScriptMapPlan, depth: number): string {
    const key = this.key(map, depth);
    return `has_key(${map.name}, ${map.keys.length > 1 ? `(${key})` : key})`;
  }

  /** `++` and `--` as values. */
  #updated(): string | undefined {
    const choices = this.#choices;
    const variables = this.#variables.of(INT).filter(({ fixed }) => !fixed);
    if (variables.length === 0) return undefined;
    const { name } = choices.pick(variables);
    return choices.pick([`${name}++`, `++${name}`, `${name}--`, `--${name}`]);
  }

  #length(): string | undefined {
    const keyed = this.#maps.all.filter(({ keys }) => keys.length > 0);
    return keyed.length > 0 ? `len(${this.#choices.pick(keyed).name})` : undefined;
  }

  /** Part of a tuple or a record that a variable holds. */
  #element(shape: Shape): string | undefined {
    const parts = this.#variables.all.flatMap(({ name, shape: whole }) => {
      if (whole.kind === 'tuple') return partsOf(whole.elements.map((one, i) => [`${name}.${i}`, one]), shape); // biome-ignore format: short
      if (whole.kind === 'record') return partsOf(whole.fields.map(([field, one]) => [`${name}.${field}`, one]), shape); // biome-ignore format: short
      return [];
    });
    return parts.length > 0 ? this.#choices.pick(parts) : undefined;
  }

  /** Two tuples compared. */
  #sameValues(depth: number): string {
    const shape: Shape = { kind: 'tuple', elements: [INT, anyShape(this.#choices, 0)] };
    return `(${this.value(shape, depth)} ${this.#choices.pick(['==', '!='])} ${this.value(shape, depth)})`;
  }
}

function partsOf(parts: readonly (readonly [string, Shape])[], shape: Shape): string[] {
  return parts.filter(([, one]) => sameShape(one, shape)).map(([path]) => path);
}
