import { basename } from 'node:path';
import { CommanderError } from 'commander';
import { EXIT } from '../command-line.ts';
import { splitCommand } from '../options/split-command.ts';
import { reportError } from '../report-error.ts';
import { buildClusterProgram } from './cluster-command-line.ts';
import { explainError } from './connection/explain-error.ts';

/** Runs waggle, for a cluster, with the words behind its name; sets the process's exit code. */
export async function runClusterCommandLine(argv: readonly string[], invokedAs = process.argv[1] ?? ''): Promise<void> {
  const called = basename(invokedAs);
  if (called === 'kubectl_complete-waggle' || argv[0] === '__complete') {
    const { completeInCluster } = await import('./completion/complete-in-cluster.ts');
    return completeInCluster(called, argv);
  }
  const { own, command } = splitCommand(argv);
  try {
    await buildClusterProgram(called.startsWith('kubectl') ? 'kubectl waggle' : 'waggle', command).parseAsync(own, {
      from: 'user',
    });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = reportError(explainError(error));
  }
}

/** For the build. */
export async function warmUpCluster(): Promise<void> {
  const { warmUpCluster: warmUp } = await import('./warm-up.ts');
  return warmUp();
}
