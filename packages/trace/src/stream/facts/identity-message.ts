import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Identity } from '@waggle/identity';
import type { Identity as IdentityMessage, IdentitySchema } from '../frames_pb.ts';

export function identityInit(identity: Identity): MessageInitShape<typeof IdentitySchema> {
  const { cgroupId, path, name, node = '', container, podUid = '', pod, unit = '' } = identity;
  return {
    cgroupId,
    path,
    name,
    node,
    podUid,
    unit,
    ...(container === undefined
      ? {}
      : {
          container: {
            id: container.id,
            name: container.name,
            runtime: container.runtime,
            image: container.image ?? '',
          },
        }),
    ...(pod === undefined
      ? {}
      : {
          pod: {
            uid: pod.uid,
            namespace: pod.namespace,
            name: pod.name,
            labels: { ...pod.labels },
            workloadKind: pod.workload?.kind ?? '',
            workloadName: pod.workload?.name ?? '',
          },
        }),
  };
}

/** @param node of the source, for identities that do not name one; may be empty. */
export function readIdentity(message: IdentityMessage, node: string): Identity {
  const { cgroupId, path, name, container, podUid, pod, unit } = message;
  const nodeName = message.node === '' ? node : message.node;
  return {
    cgroupId,
    path,
    ...(nodeName === '' ? {} : { node: nodeName }),
    ...(container === undefined ? {} : { container: readContainer(container) }),
    ...(podUid === '' ? {} : { podUid }),
    ...(pod === undefined ? {} : { pod: readPod(pod) }),
    ...(unit === '' ? {} : { unit }),
    name,
  };
}

type Container = NonNullable<Identity['container']>;

function readContainer({ id, name, runtime, image }: NonNullable<IdentityMessage['container']>): Container {
  return { id, name, runtime: runtime as Container['runtime'], ...(image === '' ? {} : { image }) };
}

function readPod(message: NonNullable<IdentityMessage['pod']>): NonNullable<Identity['pod']> {
  const { uid, namespace, name, labels, workloadKind: kind, workloadName } = message;
  return { uid, namespace, name, labels, ...(kind === '' ? {} : { workload: { kind, name: workloadName } }) };
}
