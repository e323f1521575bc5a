import { isClusterCommandLine } from './cluster-mode.ts';
import { runCommandLine } from './command-line.ts';

/** The code for a cluster is a bundle of its own: a start on this machine does not pay for it. */
const cluster = () => import('./cluster/main.ts');

const argv = process.argv.slice(2);
if (isClusterCommandLine(process.argv[1] ?? '', argv)) {
  void cluster().then(({ runClusterCommandLine }) => runClusterCommandLine(argv));
} else {
  const done = runCommandLine(argv);
  // The build stores what has run in each bundle.
  if (argv[0] === 'warm-up') void done.then(cluster).then(({ warmUpCluster }) => warmUpCluster());
}
