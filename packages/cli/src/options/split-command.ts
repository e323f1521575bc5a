/** Splits the words at the first `--`: what is in front are waggle's own, what is behind is the command to run. */
export function splitCommand(argv: readonly string[]): { own: string[]; command?: string[] } {
  const at = argv.indexOf('--');
  return at < 0 ? { own: [...argv] } : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}
