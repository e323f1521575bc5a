/** Tells a person at a terminal what takes time. */
export interface Progress {
  /** One line, without its end. */
  say(text: string): void;
}

export const SILENT: Progress = { say: () => {} };

/** Lines on standard error, each with the seconds since the start. */
export function progressOnStderr(): Progress {
  const started = performance.now();
  return {
    say: (text) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stderr.write(`cluster: ${seconds.padStart(5)} s  ${text}\n`);
    },
  };
}
