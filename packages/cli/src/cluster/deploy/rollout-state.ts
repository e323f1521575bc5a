import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '@waggle/kube';
import { manifestType } from './manifest-kinds.ts';

/** How far something that was applied is from working. */
export interface RolloutState {
  readonly isReady: boolean;
  /** `agents 1/2 ready` */
  readonly text: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface WithStatus extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

/** Asks for the objects that take their time; those of other kinds work as soon as they are there. */
export async function rolloutStates(client: KubeClient, objects: readonly KubeObject[]): Promise<RolloutState[]> {
  const slow = objects.filter(({ kind }) => READERS[kind!] !== undefined);
  return Promise.all(
    slow.map(async (object) => READERS[object.kind!]!(await current(client, manifestType(object)!, object))),
  );
}

async function current(client: KubeClient, type: ResourceType, { metadata }: KubeObject): Promise<WithStatus> {
  const { name, namespace } = metadata;
  try {
    return await client.get<WithStatus>(type, { name: name!, namespace });
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return { metadata };
    throw error;
  }
}

const READERS: Readonly<Record<string, (object: WithStatus) => RolloutState>> = {
  CustomResourceDefinition: (object) => byCondition(object, 'Established', `definition of ${object.metadata.name}`),
  DaemonSet: agentsState,
  Deployment: deploymentState,
  APIService: (object) => byCondition(object, 'Available', `API ${object.metadata.name}`),
};

export function agentsState({ metadata, status = {} }: WithStatus): RolloutState {
  const { desiredNumberScheduled: wanted = 0, numberReady = 0, updatedNumberScheduled = 0 } = status;
  const isObserved = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1);
  const ready = Math.min(numberReady, updatedNumberScheduled);
  return {
    isReady: isObserved && wanted > 0 && ready >= wanted,
    text: `agents ${isObserved ? ready : 0}/${wanted} ready`,
  };
}

export function deploymentState({ metadata, spec, status = {} }: WithStatus): RolloutState {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  const isObserved = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1);
  const available = Math.min(updatedReplicas, availableReplicas);
  return {
    isReady: isObserved && available >= wanted && replicas <= wanted,
    text: `gateway ${isObserved ? available : 0}/${wanted} available`,
  };
}

function byCondition({ status }: WithStatus, type: string, what: string): RolloutState {
  const condition = status?.conditions?.find((candidate) => candidate.type === type);
  const isReady = condition?.status === 'True';
  return { isReady, text: `${what} ${isReady ? type.toLowerCase() : `not yet ${type.toLowerCase()}`}` };
}
