import type { Command } from '@waggle/trace';

/**
 * Ctrl-C and SIGTERM end the trace; a second one ends waggle at once. A command gets Ctrl-C from the terminal itself, and SIGTERM from us: the
 * trace then ends with it.
 */
export function watchSignals(stop: () => void, command: Command | undefined): { close(): void } {
  let count = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    count += 1;
    if (count > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
    if (command === undefined) stop();
    else if (signal !== 'SIGINT') command.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    close() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
