/**
 * Keys and values of maps in a form that is equal on all machines for what is shown alike: symbols by their names, stacks by their frames,
 * interned texts by their text; addresses without a symbol as they are.
 */
import type { StackType } from '@waggle/bpftrace';
import type { RenderContext, SymbolName } from '@waggle/bpftrace/output';
import { viewOf } from '../record-batch.ts';
import type { Slot } from '../value-slots.ts';

/** A key or value: its bytes, and what stands in its slots. */
export interface PortableValue {
  readonly bytes: Uint8Array;
  /** In the order of the type's slots. */
  readonly contents: readonly SlotContent[];
  /** Equal for equal values of one type. */
  readonly id: string;
}

/** What a slot means. `id` is equal for equal meanings of one kind. */
export type SlotContent = { readonly id: string } & (
  | {
      readonly kind: 'address';
      readonly pid: number | undefined;
      readonly address: bigint;
      readonly symbol: SymbolName | undefined;
    }
  | {
      readonly kind: 'stack';
      readonly type: StackType;
      readonly stackId: bigint;
      readonly pid: number;
      readonly frames: readonly FrameContent[] | undefined;
    }
  | { readonly kind: 'user'; readonly uid: bigint; readonly name: string | undefined }
  | { readonly kind: 'cgroup'; readonly cgroupId: bigint; readonly path: string | undefined }
  | { readonly kind: 'text'; readonly textId: number; readonly text: string | undefined }
  | { readonly kind: 'time'; readonly wallNs: bigint }
);

export type FrameContent = Extract<SlotContent, { kind: 'address' }>;

/** Reads a value that lies as the type of `slots` says, and asks `facts` what it means. */
export function portableValue(bytes: Uint8Array, slots: readonly Slot[], facts: RenderContext): PortableValue {
  if (slots.length === 0) return { bytes, contents: [], id: textOf(bytes) };
  const view = viewOf(bytes);
  const contents = slots.map((slot) => contentOf(slot, view, facts));
  const rest = bytes.slice();
  for (const { type, offset } of slots) rest.fill(0, offset, offset + SLOT_BYTES[type.kind]);
  return { bytes, contents, id: JSON.stringify([textOf(rest), ...contents.map(({ id }) => id)]) };
}

export const SLOT_BYTES = {
  ksym: 8,
  usym: 16,
  kstack: 16,
  ustack: 16,
  username: 8,
  'cgroup-path': 8,
  interned: 4,
  timestamp: 8,
} as const;

function contentOf({ type, offset }: Slot, view: DataView, facts: RenderContext): SlotContent {
  switch (type.kind) {
    case 'ksym':
      return addressContent(undefined, view.getBigUint64(offset, true), facts);
    case 'usym':
      return addressContent(view.getUint32(offset + 8, true), view.getBigUint64(offset, true), facts);
    case 'kstack':
    case 'ustack':
      return stackContent(type, view.getBigInt64(offset, true), view.getUint32(offset + 8, true), facts);
    case 'username': {
      const uid = view.getBigUint64(offset, true);
      const name = facts.userName(Number(uid));
      return { kind: 'user', uid, name, id: name === undefined ? `#${uid}` : `=${name}` };
    }
    case 'cgroup-path': {
      const cgroupId = view.getBigUint64(offset, true);
      const path = facts.cgroupPath(cgroupId);
      return { kind: 'cgroup', cgroupId, path, id: path === undefined ? `#${cgroupId}` : `=${path}` };
    }
    case 'interned': {
      const textId = view.getUint32(offset, true);
      const text = textId === 0 ? undefined : facts.internedText(textId);
      return { kind: 'text', textId, text, id: text === undefined ? '' : `=${text}` };
    }
    case 'timestamp': {
      const wallNs = BigInt.asUintN(64, facts.wallClockNs(type.clock, view.getBigUint64(offset, true)));
      return { kind: 'time', wallNs, id: String(wallNs) };
    }
  }
}

/** @param pid undefined: an address of the kernel. */
function addressContent(pid: number | undefined, address: bigint, facts: RenderContext): FrameContent {
  const symbol = pid === undefined ? facts.kernelSymbol(address) : facts.userSymbol(pid, address);
  const id =
    symbol === undefined ? `#${address.toString(16)}` : `${symbol.name}+${symbol.offset} ${symbol.module ?? ''}`;
  return { kind: 'address', pid, address, symbol, id };
}

function stackContent(type: StackType, stackId: bigint, pid: number, facts: RenderContext): SlotContent {
  const addresses = stackId < 0n ? undefined : facts.stack(type, stackId);
  if (addresses === undefined) return { kind: 'stack', type, stackId, pid, frames: undefined, id: '' };
  const owner = type.kind === 'ustack' ? pid : undefined;
  const isNamed = type.mode === 'bpftrace' || type.mode === 'perf';
  const frames = addresses.map((address) =>
    isNamed
      ? addressContent(owner, address, facts)
      : { kind: 'address' as const, pid: owner, address, symbol: undefined, id: `#${address.toString(16)}` },
  );
  return { kind: 'stack', type, stackId, pid, frames, id: JSON.stringify(frames.map(({ id }) => id)) };
}

/** Bytes as a string of as many characters. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
