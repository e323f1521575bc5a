import type { Program } from '../programs/program.ts';
import type { AttachSpec } from '../spec/index.ts';
import { attachSocketFilter as attachFilter, bindPacketSocket, openPacketSocket } from '../sys/packet-socket.ts';
import { type Link, linkOf } from './link.ts';

type SocketFilterSpec = Extract<AttachSpec, { kind: 'socket-filter' }>;

/**
 * Runs a program on every frame that an interface of this network namespace sends or receives, or all of them do (Linux
 * 3.19). What it returns is the number of bytes that our own socket keeps: 0, and nothing is queued. It never changes
 * traffic.
 *
 * @throws SyscallError; the file system's error where there is no such interface.
 */
export function attachSocketFilter(program: Program, spec: SocketFilterSpec): Link {
  const socket = openPacketSocket(spec.interface);
  try {
    attachFilter(`cannot attach "${program.name}" to ${socket.what}`, socket.number, program.fd);
    bindPacketSocket(socket, spec.interface);
  } catch (error) {
    socket.close();
    throw error;
  }
  return linkOf(spec, socket);
}

/** Runs a program on what a socket of the caller's receives; the socket stays the caller's. @throws SyscallError */
export function attachToSocket(program: Program, socketFd: number): void {
  attachFilter(`cannot attach "${program.name}" to socket ${socketFd}`, socketFd, program.fd);
}
