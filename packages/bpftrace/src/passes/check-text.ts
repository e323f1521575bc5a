import type { CompileOptions } from '../compile.ts';
import { Diagnostics } from '../diagnostics/diagnostic.ts';
import { fixtureFacts } from '../facts/fixture/facts-fixture.ts';
import type { KernelFacts } from '../facts/kernel-facts.ts';
import { SourceText } from '../source/source-text.ts';
import { parse } from '../syntax/parser.ts';
import { printTypedScript } from '../typed/print-typed-script.ts';
import type { TypedScript } from '../typed/tree.ts';
import { check } from './check.ts';

export interface CheckedText {
  readonly script?: TypedScript;
  /** The typed tree as text; empty where there is none. */
  readonly text: string;
  /** `code @text of the span: message (hint)` of each diagnostic, warnings marked. */
  readonly told: readonly string[];
}

/** For tests: parses and checks a script, by default against the made-up machine. */
export function checkText(text: string, options: CompileOptions = {}, facts: Partial<KernelFacts> = {}): CheckedText {
  const source = new SourceText('test', text);
  const diagnostics = new Diagnostics();
  const script = check(parse(source, diagnostics), source, fixtureFacts(facts), options, diagnostics);
  const told = diagnostics.list().map(({ code, severity, span, message, hint }) => {
    const mark = severity === 'warning' ? 'warning ' : '';
    return `${mark}${code} @${source.slice(span)}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  return { ...(script && { script }), text: script ? printTypedScript(script) : '', told };
}
