import { isDeepStrictEqual } from 'node:util';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '@waggle/kube';
import { ClusterError } from '../connection/cluster-error.ts';
import { manifestType } from './manifest-kinds.ts';

const FIELD_MANAGER = 'waggle';

export interface Applied {
  readonly change: 'created' | 'configured' | 'unchanged';
  /** As the server has it, or would have it. */
  readonly result: KubeObject;
}

/** Server-side apply of one object. What others have changed in it by hand is taken back. */
export async function applyManifest(client: KubeClient, object: KubeObject, dryRun: boolean): Promise<Applied> {
  const type = manifestType(object);
  const { name, namespace } = object.metadata;
  if (type === undefined)
    throw new ClusterError('FAILED', `no way is known to apply ${object.apiVersion} ${object.kind} ${name}`);
  const before = await client.get<KubeObject>(type, { name: name!, namespace }).catch((error: unknown) => {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  });
  try {
    const result = await put(client, type, object, before, dryRun);
    if (before === undefined) return { change: 'created', result };
    return { change: isDeepStrictEqual(content(before), content(result)) ? 'unchanged' : 'configured', result };
  } catch (error) {
    // A dry run cannot put anything into a namespace that does not exist, though the real one would have made it.
    if (dryRun && before === undefined && isKubeError(error, 'NotFound')) return { change: 'created', result: object };
    throw error;
  }
}

function put(
  client: KubeClient,
  type: ResourceType,
  object: KubeObject,
  before: KubeObject | undefined,
  dryRun: boolean,
): Promise<KubeObject> {
  const options = { fieldManager: FIELD_MANAGER, dryRun };
  // The aggregator of Kubernetes 1.20 cannot apply: it breaks the connection ("FieldManager must be installed").
  if (type.kind === 'APIService') {
    return before === undefined
      ? client.create(type, object, options)
      : client.patch(type, object, { ...options, name: object.metadata.name!, patchType: 'merge' });
  }
  return client.apply(type, object, { ...options, force: true });
}

/** Without what the server notes about an object. */
function content({ metadata, ...rest }: KubeObject): unknown {
  const { labels, annotations } = metadata;
  return { ...rest, status: undefined, metadata: { labels, annotations } };
}
