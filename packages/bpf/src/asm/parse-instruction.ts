import { HELPER_IDS, isHelperName } from './helper-ids.ts';
import type {
  AccessSize,
  AluOp,
  AtomicOp,
  CallTarget,
  Imm64,
  Instruction,
  JumpOp,
  Register,
  Source,
} from './instruction.ts';
import { ALU_SYMBOLS, ATOMIC_SYMBOLS, JUMP_SYMBOLS } from './syntax.ts';

type Groups = Readonly<Record<string, string | undefined>>;

interface Rule {
  readonly pattern: RegExp;
  /** Undefined where the text has the form but not the meaning. */
  build(groups: Groups): Instruction | undefined;
}

const NUMBER = '-?\\d+';
const JSON_STRING = '"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"';
const NAME = `(?:[A-Za-z_.$@][\\w.$@]*|${JSON_STRING})`;
const REGISTER = '(?:10|[0-9])';
const SIZE = 'u(?:8|16|32|64)';
const PLACE = `\\(r(?<base>${REGISTER}) (?<offset>[+-]\\d+)\\)`;
const SOURCE = `(?:[rw](?<src>${REGISTER})|(?<imm>${NUMBER}))`;

/** Each form of `formatInstruction`. The forms exclude each other, so their order has no meaning. */
const RULES: readonly Rule[] = [
  rule(`(?<function>function )?(?<name>${NAME}):`, (groups) => {
    const name = parseName(groups.name);
    return groups.function ? { kind: 'label', name, function: true } : { kind: 'label', name };
  }),
  rule(`(?<half>[rw])(?<dst>${REGISTER}) (?<op>[^ ]*=) (?:\\(s(?<extend>8|16|32)\\))?${SOURCE}`, buildAlu),
  rule(`(?<half>[rw])(?<dst>${REGISTER}) = -\\k<half>\\k<dst>`, (groups) => {
    return { kind: 'neg', bits: bitsOf(groups.half), dst: register(groups.dst) };
  }),
  rule(`r(?<dst>${REGISTER}) = (?<to>le|be|bswap)(?<bits>16|32|64) r\\k<dst>`, (groups) => {
    const to = groups.to === 'le' || groups.to === 'be' ? groups.to : 'swap';
    return { kind: 'endian', to, bits: Number(groups.bits) as 16 | 32 | 64, dst: register(groups.dst) };
  }),
  rule(`r(?<dst>${REGISTER}) = \\*\\((?<size>[us](?:8|16|32|64)) \\*\\)${PLACE}`, buildLoad),
  rule(`\\*\\((?<size>${SIZE}) \\*\\)${PLACE} = ${SOURCE}`, (groups) => {
    return { kind: 'store', size: sizeOf(groups.size), ...placeOf(groups), src: sourceOf(groups) };
  }),
  rule(`lock \\*\\((?<size>u32|u64) \\*\\)${PLACE} (?<op>[^ ]*=) r(?<src>${REGISTER})`, (groups) => {
    const op: AtomicOp | undefined = keyOf(ATOMIC_SYMBOLS, groups.op);
    return op && buildAtomic(groups, op, false);
  }),
  rule(
    `r(?<src>${REGISTER}) = atomic(?:64)?_(?:fetch_(?<op>add|and|or|xor)|xchg)` +
      `\\(\\((?<size>u32|u64) \\*\\)${PLACE}, r\\k<src>\\)`,
    (groups) => buildAtomic(groups, (groups.op ?? 'xchg') as AtomicOp, true),
  ),
  rule(`r0 = atomic(?:64)?_cmpxchg\\(\\((?<size>u32|u64) \\*\\)${PLACE}, r0, r(?<src>${REGISTER})\\)`, (groups) =>
    buildAtomic(groups, 'cmpxchg', true),
  ),
  rule(
    `r(?<dst>${REGISTER}) = (?:(?<const>-?\\d+|0x[0-9a-f]+)|map\\[(?<map>${NAME})\\](?:\\[0\\](?<at>[+-]\\d+))?` +
      `|function\\[(?<label>${NAME})\\]|btf\\[(?<btf>${NUMBER})\\]) ll`,
    (groups) => ({ kind: 'lddw', dst: register(groups.dst), value: imm64(groups) }),
  ),
  rule(
    `r0 = \\*\\((?<size>u8|u16|u32) \\*\\)skb\\[(?:r(?<index>${REGISTER}) (?<after>[+-]\\d+)|(?<at>${NUMBER}))\\]`,
    buildPacketLoad,
  ),
  rule(`if (?<half>[rw])(?<dst>${REGISTER}) (?<op>[^ ]+) ${SOURCE} goto (?<target>${NAME})`, (groups) => {
    const op: JumpOp | undefined = keyOf(JUMP_SYMBOLS, groups.op);
    const operands = { bits: bitsOf(groups.half), dst: register(groups.dst), src: sourceOf(groups) };
    return op && { kind: 'jump', op, ...operands, target: parseName(groups.target) };
  }),
  rule(`goto (?<target>${NAME})`, (groups) => ({ kind: 'goto', target: parseName(groups.target) })),
  rule(
    `call (?:helper\\[(?<id>${NUMBER})\\]|function\\[(?<label>${NAME})\\]|kfunc\\[(?<btf>${NUMBER})\\]|(?<helper>\\w+))`,
    (groups) => {
      const target = callTarget(groups);
      return target && { kind: 'call', target };
    },
  ),
  rule('exit', () => ({ kind: 'exit' })),
];

/** One instruction as `formatInstruction` writes it; undefined where the text is none. */
export function parseInstruction(text: string): Instruction | undefined {
  for (const { pattern, build } of RULES) {
    const match = pattern.exec(text);
    const instruction = match && build(match.groups ?? {});
    if (instruction) return instruction;
  }
  return undefined;
}

function rule(pattern: string, build: Rule['build']): Rule {
  return { pattern: new RegExp(`^${pattern}$`), build };
}

function buildAlu(groups: Groups): Instruction | undefined {
  const op: AluOp | undefined = keyOf(ALU_SYMBOLS, groups.op);
  if (op === undefined) return undefined;
  const alu = { kind: 'alu', op, bits: bitsOf(groups.half), dst: register(groups.dst), src: sourceOf(groups) } as const;
  return groups.extend ? { ...alu, signExtend: Number(groups.extend) as 8 | 16 | 32 } : alu;
}

function buildLoad(groups: Groups): Instruction {
  const size = sizeOf(groups.size);
  const load = { kind: 'load', size, dst: register(groups.dst), ...placeOf(groups) } as const;
  return groups.size?.startsWith('s') ? { ...load, signed: true } : load;
}

function buildAtomic(groups: Groups, op: AtomicOp, fetch: boolean): Instruction {
  const size = sizeOf(groups.size) as 4 | 8;
  return { kind: 'atomic', op, fetch, size, ...placeOf(groups), src: register(groups.src) };
}

function buildPacketLoad(groups: Groups): Instruction {
  const size = sizeOf(groups.size) as 1 | 2 | 4;
  return groups.index === undefined
    ? { kind: 'load-packet', size, offset: Number(groups.at) }
    : { kind: 'load-packet', size, offset: Number(groups.after), index: register(groups.index) };
}

function imm64(groups: Groups): Imm64 {
  if (groups.const !== undefined) return { kind: 'const', value: BigInt(groups.const) };
  if (groups.label !== undefined) return { kind: 'function', label: parseName(groups.label) };
  if (groups.btf !== undefined) return { kind: 'btf', btfId: Number(groups.btf) };
  const map = parseName(groups.map);
  return groups.at === undefined ? { kind: 'map', map } : { kind: 'map-value', map, offset: Number(groups.at) };
}

function callTarget(groups: Groups): CallTarget | undefined {
  if (groups.id !== undefined) return { kind: 'helper', id: Number(groups.id) };
  if (groups.label !== undefined) return { kind: 'function', label: parseName(groups.label) };
  if (groups.btf !== undefined) return { kind: 'kfunc', btfId: Number(groups.btf) };
  const name = groups.helper ?? '';
  return isHelperName(name) ? { kind: 'helper', id: HELPER_IDS[name] } : undefined;
}

function placeOf(groups: Groups): { readonly base: Register; readonly offset: number } {
  return { base: register(groups.base), offset: Number(groups.offset) };
}

function sourceOf(groups: Groups): Source {
  return groups.src === undefined ? { imm: Number(groups.imm) } : { reg: register(groups.src) };
}

/** Bytes of `u32`, `s32`. */
function sizeOf(name: string | undefined): AccessSize {
  return (Number(name?.slice(1)) / 8) as AccessSize;
}

function bitsOf(half: string | undefined): 32 | 64 {
  return half === 'w' ? 32 : 64;
}

function register(digits: string | undefined): Register {
  return Number(digits) as Register;
}

function parseName(name: string | undefined): string {
  if (name === undefined || !name.startsWith('"')) return name ?? '';
  return JSON.parse(name) as string;
}

function keyOf<K extends string>(table: Readonly<Record<K, string>>, value: string | undefined): K | undefined {
  for (const key in table) if (table[key] === value) return key;
  return undefined;
}
