import type { StackType } from '@waggle/bpftrace';
import type { RenderContext } from '@waggle/bpftrace/output';
import { describe, expect, it } from 'vitest';
import { FactCollector } from './fact-collector.ts';

const KSTACK: StackType = { kind: 'kstack', mode: 'bpftrace', limit: 4 };
const ADDRESSES = [0xffff_ffff_8123_4567n, 0xffff_ffff_8765_4321n, 0xffff_ffff_8123_4567n];

const RENDER: RenderContext = {
  kernelSymbol: (address) =>
    address === ADDRESSES[0] ? { name: 'vfs_read', offset: 7n } : { name: 'ksys_read', offset: 1n },
  userSymbol: () => undefined,
  stack: () => ADDRESSES,
  userName: () => undefined,
  cgroupPath: () => undefined,
  internedText: () => undefined,
  wallClockNs: (_clock, ns) => ns,
  nowMs: () => 0,
};

function factsOfStack(hidesKernelAddresses: boolean) {
  const collector = new FactCollector(hidesKernelAddresses);
  const ask = collector.asker([{ type: KSTACK, offset: 0 }])!;
  ask(new DataView(new ArrayBuffer(16)), 0, RENDER);
  const { stacks = [], kernelSymbols = [] } = collector.take(RENDER)!;
  const named = new Map(
    kernelSymbols.map(({ address, symbol }) => [address, Buffer.from(symbol!.name!).toString()] as const),
  );
  return { addresses: stacks[0]!.addresses!, named };
}

describe('stacks of the kernel', () => {
  it('say addresses and what is there', () => {
    const { addresses, named } = factsOfStack(false);
    expect(addresses).toEqual(ADDRESSES);
    expect(addresses.map((address) => named.get(address))).toEqual(['vfs_read', 'ksys_read', 'vfs_read']);
  });

  it('say only what is there, where addresses are hidden: equal numbers for equal addresses', () => {
    const { addresses, named } = factsOfStack(true);
    expect(addresses.map((address) => named.get(address))).toEqual(['vfs_read', 'ksys_read', 'vfs_read']);
    expect(addresses[0]).toBe(addresses[2]);
    expect(new Set(addresses).size).toBe(2);
    for (const address of [...addresses, ...named.keys()]) expect(ADDRESSES).not.toContain(address);
  });
});
