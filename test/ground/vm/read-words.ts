import { parseArgs } from 'node:util';
import { isKernelName, KERNEL_NAMES, type KernelName } from './kernels.ts';

export interface WantedRun {
  readonly kind: 'run';
  readonly kernel: KernelName;
  readonly command: readonly string[];
  readonly timeoutS?: number;
}

/** What the words behind `npm run vm --` ask for. */
export type Wanted =
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'mistake'; readonly message: string }
  | WantedRun;

/** Options stand in front of the kernel; everything behind it is the command's. */
export function readWords(words: readonly string[]): Wanted {
  const start = words.findIndex((word, index) => !word.startsWith('-') && words[index - 1] !== '--timeout');
  const own = start < 0 ? words : words.slice(0, start);
  const [kernel, ...command] = start < 0 ? [] : words.slice(start);
  let values: { readonly help?: boolean; readonly timeout?: string };
  try {
    const options = { help: { type: 'boolean', short: 'h' }, timeout: { type: 'string' } } as const;
    ({ values } = parseArgs({ args: [...own], options }));
  } catch (error) {
    return mistake((error as Error).message);
  }
  if (values.help === true || words.length === 0) return { kind: 'help' };
  if (kernel === 'list' && command.length === 0) return { kind: 'list' };
  if (kernel === undefined) return mistake('no kernel is given');
  if (!isKernelName(kernel)) return mistake(`there is no kernel "${kernel}": expected ${KERNEL_NAMES.join(' or ')}`);
  if (command.length === 0) return mistake('no command is given');
  if (values.timeout === undefined) return { kind: 'run', kernel, command };
  const timeoutS = Number(values.timeout);
  if (!(timeoutS > 0)) return mistake(`--timeout ${values.timeout}: expected a number of seconds`);
  return { kind: 'run', kernel, command, timeoutS };
}

function mistake(message: string): Wanted {
  return { kind: 'mistake', message };
}
