import type { Address, BlockId } from '../ir/index.ts';
import { imm } from '../ir/index.ts';
import type { NetworkAddress } from '../typed/tree.ts';
import { layoutOf } from '../types/layout.ts';
import { behind } from './address.ts';
import { copyBytes, zeroBytes } from './memory.ts';
import type { ProgramState } from './program-state.ts';
import { isScalar } from './scalar-type.ts';

const AF_INET = 2;
const AF_INET6 = 10;

/** u64 family, 16 bytes of address: of an IPv4 one, the first four. */
export function writeNetworkAddress(p: ProgramState, e: NetworkAddress, to: Address): void {
  const { b } = p;
  const address = behind(to, 8);
  const width = isScalar(e.address.type) ? 4 : layoutOf(e.address.type).sizeBytes;
  b.store(8, to, e.family ? p.scalar(e.family) : imm(width === 16 ? AF_INET6 : AF_INET));
  zeroBytes(b, address, 16);
  if (isScalar(e.address.type)) {
    b.store(4, address, p.scalar(e.address));
    return;
  }
  if (!e.family || width < 16) {
    copyBytes(b, address, p.bytes(e.address), Math.min(width, 16));
    return;
  }
  copyByFamily(p, to, address, p.bytes(e.address));
}

/** All 16 bytes, unless the family says that four of them count. */
function copyByFamily(p: ProgramState, family: Address, to: Address, from: Address): void {
  const { b } = p;
  const [long, done]: BlockId[] = [b.newBlock(), b.newBlock()];
  copyBytes(b, to, from, 4);
  b.branch('eq', b.load(8, family), imm(AF_INET), done!, long!);
  b.setBlock(long!);
  copyBytes(b, behind(to, 4), behind(from, 4), 12);
  b.setBlock(done!);
}
