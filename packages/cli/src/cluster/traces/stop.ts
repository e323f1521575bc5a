import { TRACES } from '@waggle/kube';
import { printText } from '../../terminal/print-text.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { openCluster } from '../connection/open-cluster.ts';
import { referenceText, traceReferences } from './trace-reference.ts';

/** `waggle stop NAME…`: ends traces; their logs stay until they are deleted. Gives the exit code. */
export async function stop(words: readonly string[], options: ConnectionOptions): Promise<number> {
  const { references } = traceReferences(words);
  using cluster = await openCluster(options);
  for (const reference of references) {
    await cluster.client.patch(
      reference.type,
      { spec: { stopped: true } },
      {
        name: reference.name,
        namespace: reference.type === TRACES ? (options.namespace ?? cluster.namespace) : undefined,
        patchType: 'merge',
      },
    );
    printText(`${referenceText(reference)} stopped\n`);
  }
  return 0;
}
