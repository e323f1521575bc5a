import { type CompletionPlace, completeWords, completionPlace } from '../../commands/completion.ts';
import { printText } from '../../terminal/print-text.ts';
import { buildClusterProgram } from '../cluster-command-line.ts';
import { namesInCluster } from './names-in-cluster.ts';

/** cobra's directive "no file names", which kubectl understands. */
const NO_FILES = ':4';

/** Prints what may stand in the place of the last word, for our own completion scripts and for kubectl's. */
export async function completeInCluster(called: string, argv: readonly string[]): Promise<void> {
  const forKubectl = called === 'kubectl_complete-waggle';
  const words = forKubectl ? argv : argv.slice(1);
  const program = buildClusterProgram('waggle');
  const place = completionPlace(program, words);
  const found = [...completeWords(program, words), ...(place === undefined ? [] : await live(place))];
  printText([...found, ...(forKubectl ? [NO_FILES] : [])].map((word) => `${word}\n`).join(''));
}

/** Names that the cluster or the kubeconfig has; none where they cannot be asked. The last entry of a list is completed. */
async function live(place: CompletionPlace): Promise<string[]> {
  const [, head = '', entry = ''] = /^(.*,|)(!?[^,]*)$/.exec(place.last) ?? [];
  const isList = place.option !== undefined && LISTS.has(place.option.long!);
  const [front, wanted] = isList
    ? [head + (entry.startsWith('!') ? '!' : ''), entry.replace(/^!/, '')]
    : ['', place.last];
  const names = await namesInCluster(place).catch(() => []);
  return [...new Set(names.filter((name) => name.startsWith(wanted)))].sort().map((name) => front + name);
}

const LISTS: ReadonlySet<string> = new Set(['--namespace', '--pod', '--node', '--workload', '--container']);
