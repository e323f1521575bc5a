import { completeWords } from '../commands/completion.ts';
import { printText } from '../terminal/print-text.ts';
import { buildClusterProgram } from './cluster-command-line.ts';

/** cobra's directive "no file names", which kubectl understands. */
const NO_FILES = ':4';

/** Prints what may stand in the place of the last word, for our own completion scripts and for kubectl's. */
export async function completeInCluster(called: string, argv: readonly string[]): Promise<void> {
  const forKubectl = called === 'kubectl_complete-waggle';
  const words = completeWords(buildClusterProgram('waggle'), forKubectl ? argv : argv.slice(1));
  printText([...words, ...(forKubectl ? [NO_FILES] : [])].map((word) => `${word}\n`).join(''));
}
