/** Addresses and stacks as bpftrace shows them: symbols where they are known, else the bare address. */
import type { StackType } from '../types/type.ts';
import { tracedText } from './escape.ts';
import type { FormatOptions } from './format-options.ts';
import type { RenderContext, SymbolName } from './render-context.ts';
import type { StackValue, UserAddress } from './value.ts';

const INDENT = ' '.repeat(8);

/**
 * A stack: a newline, then a line for each frame, innermost first.
 *
 * - `bpftrace`: eight spaces, `symbol+offset`;
 * - `perf`: a tab, the address, `symbol+offset`, and for user stacks the binary: ` (path)`;
 * - `raw`: the address, no indent. `build_id` too, since stored stacks hold addresses.
 *
 * A stack that could not be taken, or is gone from its map, is just the newline.
 */
export function formatStack(type: StackType, value: StackValue, render: RenderContext, options: FormatOptions): string {
  const frames = value.id < 0n ? [] : (render.stack(type, value.id) ?? []);
  return `\n${frames.map((address) => `${formatFrame(type, value.pid, address, render, options)}\n`).join('')}`;
}

/** `ksym`: the name alone. */
export function formatKernelSymbol(address: bigint, render: RenderContext, options: FormatOptions): string {
  const symbol = render.kernelSymbol(address);
  return symbol ? tracedText(symbol.name, options) : formatAddressOf(address);
}

/** `usym`: the name alone. */
export function formatUserSymbol(value: UserAddress, render: RenderContext, options: FormatOptions): string {
  const symbol = render.userSymbol(value.pid, value.address);
  return symbol ? tracedText(symbol.name, options) : formatAddressOf(value.address);
}

/** `0x…`, but zero is `0`. */
export function formatAddressOf(address: bigint): string {
  return address === 0n ? '0' : `0x${address.toString(16)}`;
}

function formatFrame(
  type: StackType,
  pid: number,
  address: bigint,
  render: RenderContext,
  options: FormatOptions,
): string {
  const hex = address.toString(16);
  if (type.mode === 'raw' || type.mode === 'build_id') return hex;
  const user = type.kind === 'ustack';
  const symbol = user ? render.userSymbol(pid, address) : render.kernelSymbol(address);
  const shown = symbol ? symbolWithOffset(symbol, options) : formatAddressOf(address);
  if (type.mode === 'bpftrace') return `${INDENT}${shown}`;
  const binary = user ? ` (${tracedText(symbol?.module ?? '[unknown]', options)})` : '';
  return `\t${hex} ${shown}${binary}`;
}

function symbolWithOffset(symbol: SymbolName, options: FormatOptions): string {
  return `${tracedText(symbol.name, options)}+${symbol.offset}`;
}
