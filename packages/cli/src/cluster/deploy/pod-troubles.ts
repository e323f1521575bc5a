import { type KubeClient, type KubeObject, PODS } from '@waggle/kube';

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      readonly lastState?: { readonly terminated?: { readonly exitCode?: number; readonly message?: string } };
    }[];
  };
}

/** What every pod goes through. */
const USUAL: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Why pods of a namespace do not start, each reason once: `waggle-agent-x on node-b: ErrImagePull: …`. */
export async function podTroubles(client: KubeClient, namespace: string): Promise<string[]> {
  const { items } = await client.list<Pod>(PODS, { namespace });
  return items.flatMap(troublesOf);
}

export function troublesOf({ metadata, spec, status }: Pod): string[] {
  const who = `${metadata.name}${spec?.nodeName === undefined ? '' : ` on ${spec.nodeName}`}`;
  const unschedulable = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unschedulable) return [`${who}: not scheduled: ${unschedulable.message ?? 'no reason given'}`];
  return (status?.containerStatuses ?? []).flatMap(({ state, lastState }) => {
    const { reason, message } = state?.waiting ?? {};
    if (reason === undefined || USUAL.has(reason)) return [];
    const { exitCode, message: words } = lastState?.terminated ?? {};
    const ended = exitCode === undefined ? '' : ` (ended with code ${exitCode}${words ? `: ${words.trim()}` : ''})`;
    return [`${who}: ${reason}${message ? `: ${message}` : ''}${ended}`];
  });
}
