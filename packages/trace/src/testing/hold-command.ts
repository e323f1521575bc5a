/** Starts a command in a cgroup of its own, says so in one line of JSON, and waits to be killed. */
import { CgroupTree } from '@waggle/identity';
import { Command } from '../command/command.ts';

const command = await Command.start(['sleep', '60'], new CgroupTree());
command.release();
process.stdout.write(`${JSON.stringify({ path: command.cgroup.path, pid: command.pid })}\n`);
setInterval(() => {}, 60_000);
