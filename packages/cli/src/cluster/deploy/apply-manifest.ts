import { isKubeError, type KubeClient, type KubeObject } from '@waggle/kube';
import { ClusterError } from '../connection/cluster-error.ts';
import { manifestType } from './manifest-kinds.ts';

export const FIELD_MANAGER = 'waggle';

export interface Applied {
  readonly change: 'created' | 'configured' | 'unchanged';
  /** As the server has it, or would have it. */
  readonly result: KubeObject;
}

/** Server-side apply of one object. What others have changed in it by hand is taken back. */
export async function applyManifest(client: KubeClient, object: KubeObject, dryRun: boolean): Promise<Applied> {
  const type = manifestType(object);
  if (type === undefined)
    throw new ClusterError(
      'FAILED',
      `no way is known to apply ${object.apiVersion} ${object.kind} ${object.metadata.name}`,
    );
  const { name, namespace } = object.metadata;
  const before = await client.get<KubeObject>(type, { name: name!, namespace }).catch((error: unknown) => {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  });
  try {
    const result = await client.apply<KubeObject>(type, object, { fieldManager: FIELD_MANAGER, force: true, dryRun });
    const isSame = before?.metadata.resourceVersion === result.metadata.resourceVersion;
    return { change: before === undefined ? 'created' : isSame ? 'unchanged' : 'configured', result };
  } catch (error) {
    // A dry run cannot put anything into a namespace that does not exist, though the real one would have made it.
    if (dryRun && before === undefined && isKubeError(error, 'NotFound')) return { change: 'created', result: object };
    throw error;
  }
}
