import type { CompileOptions } from '../compile.ts';
import type { Diagnostics } from '../diagnostics/diagnostic.ts';
import type { ConfigBlock, Expression, Script } from '../syntax/ast.ts';
import type { ScriptConfig } from '../typed/tree.ts';
import type { StackMode } from '../types/type.ts';
import { didYouMean } from './did-you-mean.ts';

/** The config block with what only the checker needs. */
export interface CheckedConfig extends ScriptConfig {
  readonly maxProbes: number;
  /** What a probe is that attaches nowhere. */
  readonly missingProbes: 'error' | 'warn' | 'ignore';
}

const STACK_MODES: readonly string[] = ['bpftrace', 'perf', 'raw', 'build_id'] satisfies StackMode[];

type Kind =
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'ignored' };

/** Every key that bpftrace documents. Those that tune its own implementation are accepted and do nothing. */
const KEYS: Readonly<Record<string, Kind>> = {
  max_strlen: { kind: 'number', min: 2, max: 65_535 },
  max_map_keys: { kind: 'number', min: 1, max: 0x7fff_ffff },
  on_stack_limit: { kind: 'number', min: 0, max: 512 },
  max_probes: { kind: 'number', min: 1, max: 1_000_000 },
  stack_mode: { kind: 'word', words: STACK_MODES },
  print_maps_on_exit: { kind: 'boolean' },
  missing_probes: { kind: 'word', words: ['error', 'warn', 'ignore'] },
  cache_user_symbols: { kind: 'ignored' },
  cpp_demangle: { kind: 'ignored' },
  lazy_symbolication: { kind: 'ignored' },
  license: { kind: 'ignored' },
  log_size: { kind: 'ignored' },
  max_ast_nodes: { kind: 'ignored' },
  max_bpf_progs: { kind: 'ignored' },
  max_cat_bytes: { kind: 'ignored' },
  perf_rb_pages: { kind: 'ignored' },
  show_debug_info: { kind: 'ignored' },
  str_trunc_trailer: { kind: 'ignored' },
  symbol_source: { kind: 'ignored' },
  unstable_import: { kind: 'ignored' },
  unstable_macro: { kind: 'ignored' },
  unstable_map_decl: { kind: 'ignored' },
  unstable_tseries: { kind: 'ignored' },
  use_blazesym: { kind: 'ignored' },
};

/** Defaults, then the script's config blocks, then the options. In `max_strlen` the terminator counts. */
export function readConfig(script: Script, options: CompileOptions, diagnostics: Diagnostics): CheckedConfig {
  const values = new Map<string, number | boolean | string>();
  for (const item of script.items) if (item.kind === 'config') readBlock(item, values, diagnostics);
  for (const [name, text] of Object.entries(options.config ?? {})) {
    const key = name.toLowerCase().replace(/^bpftrace_/, '');
    const value = KEYS[key] && accept(KEYS[key], text);
    if (value !== undefined) values.set(key, value);
    else if (KEYS[key]?.kind !== 'ignored') {
      diagnostics.error('invalid-config', script.span, `option ${name}: "${text}", expected ${wanted(KEYS[key])}`);
    }
  }
  const get = <T extends number | boolean | string>(name: string, fallback: T) => (values.get(name) ?? fallback) as T;
  return {
    maxStrlen: get('max_strlen', 1024) - 1,
    maxMapKeys: get('max_map_keys', 4096),
    onStackLimit: get('on_stack_limit', 32),
    stackMode: get<StackMode>('stack_mode', 'bpftrace'),
    printMapsOnExit: get('print_maps_on_exit', true),
    maxProbes: get('max_probes', 1024),
    missingProbes: get<CheckedConfig['missingProbes']>('missing_probes', 'error'),
  };
}

function readBlock(block: ConfigBlock, values: Map<string, number | boolean | string>, diagnostics: Diagnostics): void {
  for (const { name, value } of block.entries) {
    const key = name.text.toLowerCase().replace(/^bpftrace_/, '');
    const kind = KEYS[key];
    if (!kind) {
      const hint = didYouMean(key, Object.keys(KEYS));
      diagnostics.error('unknown-config', name.span, `unknown config key "${name.text}"`, hint);
      continue;
    }
    if (kind.kind === 'ignored' || value.kind === 'error') continue;
    const text = textOf(value);
    const accepted = text === undefined ? undefined : accept(kind, text);
    if (accepted !== undefined) values.set(key, accepted);
    else diagnostics.error('invalid-config', value.span, `config ${key} needs ${wanted(kind)}`);
  }
}

/** A value may be a number, a string or a bare word. */
function textOf(value: Expression): string | undefined {
  switch (value.kind) {
    case 'integer':
    case 'boolean':
    case 'string':
      return String(value.value);
    case 'identifier':
      return value.name;
    default:
      return undefined;
  }
}

function accept(kind: Kind, text: string): number | boolean | string | undefined {
  switch (kind.kind) {
    case 'number': {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= kind.min && value <= kind.max ? value : undefined;
    }
    case 'boolean':
      return /^(1|true)$/.test(text) ? true : /^(0|false)$/.test(text) ? false : undefined;
    case 'word':
      return kind.words.includes(text) ? text : undefined;
    case 'ignored':
      return undefined;
  }
}

function wanted(kind: Kind | undefined): string {
  switch (kind?.kind) {
    case 'number':
      return `a number from ${kind.min} to ${kind.max}`;
    case 'boolean':
      return 'true or false';
    case 'word':
      return `one of ${kind.words.join(', ')}`;
    default:
      return 'a known key';
  }
}
