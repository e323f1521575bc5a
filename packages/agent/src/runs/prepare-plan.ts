import { listGadgets } from '@waggle/gadgets';
import { type Preparation, prepareTrace, resolvePodTarget } from '@waggle/trace';
import type { NodeContext } from './node-context.ts';
import { planTrace, type TracePlan } from './plan-trace.ts';

/** Compiles a plan for this node. @throws PodTargetError of `@waggle/identity` */
export function preparePlan({ info, source, options, target }: TracePlan, context: NodeContext): Preparation {
  const { facts, identity, compileGadget } = context;
  return prepareTrace({
    ...{ source, options, facts, identities: identity.identities },
    ...(target !== undefined && { target: resolvePodTarget(target, identity) }),
    ...(info.program.gadget !== undefined && { compile: compileGadget }),
  });
}

/**
 * Compiles every gadget as a Trace would have it: what has run once is machine code, what was asked of the kernel is kept, and gadgets are
 * ready to be loaded. The first trace starts as fast as the others.
 */
export function warmUp(context: NodeContext): void {
  for (const { name: gadget } of listGadgets()) {
    const object = { metadata: { name: '', namespace: '' }, spec: { program: { gadget } } };
    const { plan } = planTrace(object, 'Trace', context.limits.ringBytes);
    if (plan !== undefined) preparePlan(plan, context);
  }
}
