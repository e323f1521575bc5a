import { release } from 'node:os';
import { jsonText } from '../sinks/json-text.ts';
import { printText } from '../terminal/print-text.ts';
import { version } from '../version.ts';

export type VersionOutput = 'columns' | 'json' | 'yaml';

export interface VersionFacts {
  readonly version: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly node: string;
  /** Of the cluster, where one was asked. */
  readonly kubernetes?: string;
  /** Version of waggle in it, or that there is none. */
  readonly deployed?: string;
}

/** `waggle version`. */
export async function printVersion({ output }: { output?: VersionOutput }): Promise<number> {
  return printFacts(versionFacts(), output);
}

export function versionFacts(): VersionFacts {
  return { version, kernel: release(), architecture: process.arch, node: process.versions.node };
}

export async function printFacts(facts: VersionFacts, output: VersionOutput = 'columns'): Promise<number> {
  if (output === 'json') printText(`${jsonText(facts, 2)}\n`);
  else if (output === 'yaml') printText((await import('yaml')).stringify(facts));
  else printText(versionText(facts));
  return 0;
}

function versionText({ node, kernel, architecture, kubernetes, deployed }: VersionFacts): string {
  const here = `waggle ${version}, Node.js ${node}, Linux ${kernel} ${architecture}\n`;
  return kubernetes === undefined ? here : `${here}cluster: Kubernetes ${kubernetes}, waggle ${deployed}\n`;
}
