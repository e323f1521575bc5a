import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AgentMemory, AgentTask } from '../processes/agent.ts';

/** The agent-like process of `processes/agent.ts`. */
export class Agent {
  readonly atStart: AgentMemory;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  /** Resolves once all of its traces are attached. @param nodeFlags of Node.js and V8 */
  static async start(task: AgentTask, nodeFlags: readonly string[]): Promise<Agent> {
    const program = fileURLToPath(new URL('./agent.mjs', import.meta.url));
    const child = spawn(process.execPath, [...nodeFlags, program, JSON.stringify(task)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout! });
    return new Agent(child, lines, await nextMemory(lines));
  }

  private constructor(child: ChildProcess, lines: Interface, atStart: AgentMemory) {
    this.#child = child;
    this.#lines = lines;
    this.atStart = atStart;
  }

  async memory(): Promise<AgentMemory> {
    const answer = nextMemory(this.#lines);
    this.#child.stdin!.write('\n');
    return answer;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }
}

async function nextMemory(lines: Interface): Promise<AgentMemory> {
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as AgentMemory;
}
