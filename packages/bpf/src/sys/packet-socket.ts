import { readFileSync } from 'node:fs';
import { Fd } from './fd.ts';
import { KernelStruct } from './kernel-struct.ts';
import { enterKernel } from './syscall-error.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
/** htons(ETH_P_ALL) */
const ETH_P_ALL = 0x0300;
const SOL_SOCKET = 1;
const SO_ATTACH_BPF = 50;

/**
 * A raw packet socket that sees every frame of an interface of this network namespace, or of all of them: packet(7).
 * Needs CAP_NET_RAW.
 *
 * @throws SyscallError, or the file system's error where there is no such interface.
 */
export function openPacketSocket(interfaceName?: string): Fd {
  const what = `cannot open a packet socket${interfaceName === undefined ? '' : ` on ${interfaceName}`}`;
  // Protocol 0 receives nothing until bind() names one: no packet slips by before the program is attached.
  const socket = enterKernel(what, 'socket', AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return new Fd(socket, `packet socket ${interfaceName ?? 'of all interfaces'}`);
}

/** Starts reception: bind(2) with `struct sockaddr_ll`. */
export function bindPacketSocket(socket: Fd, interfaceName?: string): void {
  const index = interfaceName === undefined ? 0 : interfaceIndex(interfaceName);
  const address = new KernelStruct(20).u16(0, AF_PACKET).u16(2, ETH_P_ALL).u32(4, index);
  enterKernel(`cannot bind ${socket.what}`, 'bind', socket.number, address.address(), address.sizeBytes);
  address.release();
}

/** Runs the program on what the socket receives: SO_ATTACH_BPF, Linux 3.19. */
export function attachSocketFilter(what: string, socketFd: number, programFd: number): void {
  const option = new KernelStruct(4).u32(0, programFd);
  enterKernel(what, 'setsockopt', socketFd, SOL_SOCKET, SO_ATTACH_BPF, option.address(), option.sizeBytes);
  option.release();
}

function interfaceIndex(name: string): number {
  return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1'));
}
