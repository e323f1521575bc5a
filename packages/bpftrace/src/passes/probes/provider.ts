/** The kinds of probes, by their full names. */
export const PROVIDERS = [
  'begin', 'end', 'tracepoint', 'rawtracepoint', 'kprobe', 'kretprobe', 'uprobe', 'uretprobe', 'fentry', 'fexit',
  'profile', 'interval', 'software', 'iter',
  // Known, and not supported yet.
  'usdt', 'hardware', 'watchpoint', 'asyncwatchpoint', 'self', 'test', 'bench',
] as const; // biome-ignore format: a table

export type Provider = (typeof PROVIDERS)[number];

const ALIASES: Readonly<Record<string, Provider>> = {
  t: 'tracepoint', rt: 'rawtracepoint', k: 'kprobe', kr: 'kretprobe', u: 'uprobe', ur: 'uretprobe',
  f: 'fentry', kfunc: 'fentry', fr: 'fexit', kretfunc: 'fexit', p: 'profile', i: 'interval', s: 'software',
  it: 'iter', h: 'hardware', w: 'watchpoint', aw: 'asyncwatchpoint',
}; // biome-ignore format: a table

/** The provider of a name or an alias, in any case. */
export function providerNamed(name: string): Provider | undefined {
  const lower = name.toLowerCase();
  return ALIASES[lower] ?? PROVIDERS.find((provider) => provider === lower);
}
