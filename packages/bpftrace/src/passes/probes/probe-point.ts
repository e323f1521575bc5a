import type { BtfParam, BtfTypeId } from '@waggle/bpf/btf';
import type { AttachSpec, ProgramType } from '@waggle/bpf/spec';
import type { CompileOptions } from '../../compile.ts';
import type { Diagnostics } from '../../diagnostics/diagnostic.ts';
import type { KernelFacts } from '../../facts/kernel-facts.ts';
import type { TracepointFormat } from '../../facts/tracepoint-format.ts';
import type { Span } from '../../source/span.ts';
import type { AttachPoint } from '../../syntax/ast.ts';
import type { Provider } from './provider.ts';

/** One place to attach to, with what a body can know there. */
export interface ProbePoint {
  readonly provider: Provider;
  readonly programType: ProgramType;
  readonly attach: AttachSpec;
  /** Value of the builtin `probe`. */
  readonly name: string;
  /** What `args` holds. Absent: there are none. */
  readonly args?: ProbeArguments;
  /** The attach point in the script. */
  readonly span: Span;
}

export type ProbeArguments =
  /** Read when it is asked for: wildcards name hundreds of events. */
  | {
      readonly kind: 'tracepoint';
      readonly category: string;
      readonly event: string;
      format(): TracepointFormat | undefined;
    }
  /** Eight bytes each behind the context pointer, typed and trusted; `returnId` is there at a function's exit. */
  | { readonly kind: 'function'; readonly params: readonly BtfParam[]; readonly returnId?: BtfTypeId }
  /** Nobody tells which there are: whatever is asked for is taken in silence. */
  | { readonly kind: 'unseen' }
  /** The members of the context struct. */
  | { readonly kind: 'iterator'; readonly structId: BtfTypeId };

/** What resolving an attach point needs. */
export interface ProbeNames {
  readonly facts: KernelFacts;
  readonly options: CompileOptions;
  readonly diagnostics: Diagnostics;
}

/** Resolves the attach points of one provider. Gives nothing where it has told why, or where a pattern matches nothing. */
export type ResolvePoint = (names: ProbeNames, node: AttachPoint, provider: Provider) => ProbePoint[];

/** Text of a part: empty where it is missing. */
export function part(node: AttachPoint, index: number): string {
  return node.parts[index]?.text ?? '';
}

/** Checks the number of parts; tells how the probe is written where it is wrong. */
export function checkParts(names: ProbeNames, node: AttachPoint, min: number, max: number, form: string): boolean {
  const count = node.parts.length;
  if (count >= min && count <= max && node.parts.every((one) => one.text !== '')) return true;
  const hint = { hint: `write it as ${form}` };
  names.diagnostics.error('invalid-probe', node.span, `"${node.text}" is not a complete probe`, hint);
  return false;
}
