import { readFileSync } from 'node:fs';
import { SourceText } from '@waggle/bpftrace';
import { findGadget, type Gadget, gadgetOf, listGadgets } from '@waggle/gadgets';
import { suggestion } from '../../suggestion.ts';
import { UsageError } from '../../usage-error.ts';

/** A script to run, and where it is from. */
export interface ProgramSource {
  readonly source: SourceText;
  readonly gadget: Gadget;
  readonly isFromCatalogue: boolean;
  readonly parameters: readonly string[];
}

export interface ProgramOptions {
  /** A gadget's name, a file, or `-`. */
  readonly name?: string | undefined;
  readonly eval?: string;
  readonly parameters: readonly string[];
}

/**
 * What the user means by the first word or `-e`. With `-e` there is no program word: it is the first parameter then.
 * @throws UsageError
 */
export function programSource({ name, eval: script, parameters }: ProgramOptions): ProgramSource {
  if (script !== undefined) return ownScript('-e', script, name === undefined ? parameters : [name, ...parameters]);
  if (name === undefined)
    throw new UsageError("nothing to run: give a gadget, a script file or -e 'script'", 'waggle list gadgets');
  const gadget = findGadget(name);
  if (gadget) return { source: new SourceText(`${name}.bt`, gadget.script), gadget, isFromCatalogue: true, parameters };
  return ownScript(name === '-' ? 'stdin' : name, readScript(name), parameters);
}

function ownScript(name: string, script: string, parameters: readonly string[]): ProgramSource {
  return { source: new SourceText(name, script), gadget: gadgetOf(name, script), isFromCatalogue: false, parameters };
}

function readScript(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new UsageError(`cannot read ${path}: ${message}`);
    const names = listGadgets().map((gadget) => gadget.name);
    throw new UsageError(`no gadget and no file called "${path}"${suggestion(path, names)}`, 'waggle list gadgets');
  }
}
