import { CLUSTER_TRACES, KubeError, TRACES, WAGGLE_API_VERSION } from '@waggle/kube';
import { describe, expect, it } from 'vitest';
import { SPEC_EXAMPLES } from '../../packages/kube/src/testing/spec-examples.ts';
import { kubeClientOf } from './support/kube-client-of.ts';
import { useWaggle } from './support/use-waggle.ts';

const { cluster } = useWaggle();

describe.each([TRACES, CLUSTER_TRACES])('the API server, of a $kind', (type) => {
  const examples = SPEC_EXAMPLES.filter(({ kinds }) => kinds.some((kind) => kind === type.kind));

  it.each(examples)('judges $about as we do', async ({ spec, problems, beyondSchema }) => {
    using client = kubeClientOf(cluster.facts);
    const metadata = { name: 'example', ...(type.isNamespaced && { namespace: 'default' }) };
    const object = { apiVersion: WAGGLE_API_VERSION, kind: type.kind, metadata, spec };
    const refusal = await client.create(type, object, { dryRun: true }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problems.length === 0) return expect(refusal).toBeUndefined();
    expect(refusal).toBeInstanceOf(KubeError);
    // What the schema cannot say is the webhook's to refuse.
    const wanted =
      beyondSchema === true ? { message: expect.stringContaining('admission webhook') } : { reason: 'Invalid' };
    expect(refusal).toMatchObject(wanted);
  });
});
