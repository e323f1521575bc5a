import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CriClient } from './cri-client.ts';
import { type Answer, type Call, framed, GrpcServer } from './grpc-server.test-kit.ts';
import {
  ContainerStatusRequestSchema,
  ContainerStatusResponseSchema,
  ListContainersResponseSchema,
  ListPodSandboxRequestSchema,
  ListPodSandboxResponseSchema,
  VersionResponseSchema,
} from './runtime_pb.ts';

const ID = 'c0'.repeat(32);
const SANDBOX_ID = '5a'.repeat(32);
const LABELS = {
  'io.kubernetes.pod.uid': 'u-1',
  'io.kubernetes.pod.name': 'cart-5f6c-x2x4z',
  'io.kubernetes.container.name': 'main',
};

function message<T extends DescMessage>(schema: T, init: MessageInitShape<T>): Answer {
  return { body: framed(toBinary(schema, create(schema, init))) };
}

const CONTAINER = { id: ID, metadata: { name: 'main' }, labels: LABELS };
const ANSWERS: Readonly<Record<string, (call: Call) => Answer>> = {
  ListContainers: () =>
    message(ListContainersResponseSchema, {
      containers: [
        { ...CONTAINER, image: { image: 'sha256:77' } },
        { id: 'bare', labels: {} },
      ],
    }),
  ContainerStatus: ({ body }) => {
    const { containerId } = fromBinary(ContainerStatusRequestSchema, body.subarray(5));
    if (containerId !== ID) return { trailersOnly: true, trailers: { 'grpc-status': '5' } };
    const image = { image: 'reg.test/cart:2', userSpecifiedImage: 'cart:2' };
    return message(ContainerStatusResponseSchema, { status: { ...CONTAINER, image } });
  },
  ListPodSandbox: ({ body }) => {
    const { filter } = fromBinary(ListPodSandboxRequestSchema, body.subarray(5));
    const sandbox = {
      id: SANDBOX_ID,
      metadata: { name: 'cart-5f6c-x2x4z', namespace: 'shop', uid: 'u-1' },
      labels: { ...LABELS, app: 'cart', 'pod-template-hash': '5f6c' },
    };
    const items = filter === undefined || filter.id === SANDBOX_ID ? [sandbox, { id: 'odd' }] : [];
    return message(ListPodSandboxResponseSchema, { items });
  },
};

describe.each([
  ['runtime.v1', 'containerd', 'containerd'],
  ['runtime.v1', 'cri-o', 'crio'],
  ['runtime.v1alpha2', 'docker', 'docker'],
])('CriClient, %s of %s', (version, runtimeName, runtime) => {
  let folder: string;
  let server: GrpcServer;
  let client: CriClient;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-cri-'));
    server = new GrpcServer((call) => {
      const [, service, method] = call.method.split('/');
      if (service !== `${version}.RuntimeService`) return { trailersOnly: true, trailers: { 'grpc-status': '12' } };
      return method === 'Version' ? message(VersionResponseSchema, { runtimeName }) : ANSWERS[method!]!(call);
    });
    await server.listen(join(folder, 'sock'));
    client = new CriClient(join(folder, 'sock'));
  });

  afterEach(async () => {
    client.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('lists containers', async () => {
    expect(await client.listContainers()).toEqual([
      { id: ID, name: 'main', runtime, image: 'sha256:77', podUid: 'u-1' },
      { id: 'bare', name: 'bare', runtime },
    ]);
  });

  it('tells of one container, or that there is none', async () => {
    expect(await client.container(ID)).toEqual({ id: ID, name: 'main', runtime, image: 'cart:2', podUid: 'u-1' });
    expect(await client.container('other')).toBeUndefined();
  });

  it('tells of pods by their sandboxes, with the labels that are theirs', async () => {
    const pod = {
      identity: {
        uid: 'u-1',
        namespace: 'shop',
        name: 'cart-5f6c-x2x4z',
        labels: { app: 'cart', 'pod-template-hash': '5f6c' },
        workload: { kind: 'Deployment', name: 'cart' },
      },
      cgroupUid: 'u-1',
      containers: [],
    };
    const sandbox = { pod, container: { id: SANDBOX_ID, name: 'pause', runtime, podUid: 'u-1' } };
    expect(await client.sandboxes()).toEqual([sandbox]);
    expect(await client.sandboxes(SANDBOX_ID)).toEqual([sandbox]);
    expect(await client.sandboxes('other')).toEqual([]);
  });

  it('asks once who it is', async () => {
    await client.listContainers();
    await client.listContainers();
    expect(server.calls.filter(({ method }) => method === `/${version}.RuntimeService/Version`)).toHaveLength(1);
  });
});
