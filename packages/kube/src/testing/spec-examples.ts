import type { TraceKind } from '../resources/trace.ts';

/** A `spec`, and where its mistakes are; none: it is taken. */
export interface SpecExample {
  readonly about: string;
  readonly kinds: readonly TraceKind[];
  readonly spec: unknown;
  readonly problems: readonly string[];
  /** Only we refuse it: the schema of the custom resource definition cannot say it. */
  readonly beyondSchema?: true;
}

const BOTH = ['Trace', 'ClusterTrace'] as const;
const program = { gadget: 'opensnoop' };

function taken(about: string, spec: unknown, kinds: readonly TraceKind[] = BOTH): SpecExample {
  return { about, kinds, spec, problems: [] };
}

function refused(about: string, problem: string, spec: unknown, kinds: readonly TraceKind[] = BOTH): SpecExample {
  return { about, kinds, spec, problems: [problem] };
}

function target(value: unknown) {
  return { program, target: value };
}

/**
 * What `parseTraceSpec` and the API server must judge alike. No empty texts: Kubernetes 1.20, compiled by a Go of today, takes them for null.
 */
export const SPEC_EXAMPLES: readonly SpecExample[] = [
  taken('a gadget alone', { program }),
  taken('a script with a name and parameters', {
    program: { script: 'BEGIN { }', name: 'x.bt', parameters: ['1', 'two'] },
  }),
  taken('everything', {
    program,
    target: {
      pods: ['a', '!b.c'],
      containers: ['x'],
      workloads: ['deploy/cart', '!sts/db-0'],
      nodes: ['node-a'],
      selector: 'a=b',
    },
    options: { ringSizeBytes: 4096, maxStrlen: 64, maxMapKeys: 10, mapIntervalSeconds: 1 },
    stopped: false,
    timeoutSeconds: 1,
    heartbeatSeconds: 30,
    ttlSecondsAfterFinished: 0,
  }),
  taken('empty lists', target({ pods: [], nodes: [] })),
  taken('namespaces and unsafe', { program, target: { namespaces: ['a', '!b'] }, options: { unsafe: true } }, [
    'ClusterTrace',
  ]),
  taken('the host of some nodes', target({ host: true, nodes: ['n'] }), ['ClusterTrace']),
  taken('no host, but pods', target({ host: false, pods: ['p'] }), ['ClusterTrace']),
  taken(
    'what a Trace does not have, at rest',
    { program, target: { namespaces: [], host: false }, options: { unsafe: false } },
    ['Trace'],
  ),
  taken('unknown fields', { program: { ...program, color: 'red' }, speed: 9 }),
  taken('as many characters as fit', { program: { script: `BEGIN { } //${'🐝'.repeat(65_524)}` } }),

  refused('no program', 'spec.program', {}),
  refused('an empty program', 'spec.program', { program: {} }),
  refused('two programs', 'spec.program', { program: { gadget: 'a', script: 'b' } }),
  refused('a gadget that is a number', 'spec.program.gadget', { program: { gadget: 7 } }),
  refused('a gadget that is null', 'spec.program.gadget', { program: { gadget: null } }),
  refused('a gadget in capitals', 'spec.program.gadget', { program: { gadget: 'OpenSnoop' } }),
  refused('an empty script', 'spec.program.script', { program: { script: '' } }),
  refused('a script that is too long', 'spec.program.script', { program: { script: 'x'.repeat(65_537) } }),
  refused('parameters that are no texts', 'spec.program.parameters[1]', {
    program: { ...program, parameters: ['1', 2] },
  }),
  refused('parameters that are no list', 'spec.program.parameters', { program: { ...program, parameters: '1' } }),
  refused('too many parameters', 'spec.program.parameters', {
    program: { ...program, parameters: Array(65).fill('x') },
  }),
  refused('a target that is a text', 'spec.target', target('pods')),
  refused('a target that is a list', 'spec.target', target([])),
  refused('a pod in capitals', 'spec.target.pods[1]', target({ pods: ['a', 'Cart'] })),
  refused('a pod of blanks', 'spec.target.pods[0]', target({ pods: [' '] })),
  refused('two pods in one entry', 'spec.target.pods[0]', target({ pods: ['a,b'] })),
  refused('a pod excluded twice', 'spec.target.pods[0]', target({ pods: ['!!a'] })),
  refused('a pod with a line break', 'spec.target.pods[0]', target({ pods: ['a\nb'] })),
  refused('a container with a dot', 'spec.target.containers[0]', target({ containers: ['a.b'] })),
  refused('a workload without a kind', 'spec.target.workloads[0]', target({ workloads: ['cart'] })),
  refused('a workload of no such kind', 'spec.target.workloads[0]', target({ workloads: ['svc/cart'] })),
  refused('too many names', 'spec.target.nodes', target({ nodes: Array(257).fill('n') })),
  refused('a number that is a text', 'spec.options.ringSizeBytes', { program, options: { ringSizeBytes: '4096' } }),
  refused('a ring that is too small', 'spec.options.ringSizeBytes', { program, options: { ringSizeBytes: 4095 } }),
  refused('a ring that is too large', 'spec.options.ringSizeBytes', {
    program,
    options: { ringSizeBytes: 67_108_865 },
  }),
  refused('strings of one byte', 'spec.options.maxStrlen', { program, options: { maxStrlen: 1 } }),
  refused('a map without keys', 'spec.options.maxMapKeys', { program, options: { maxMapKeys: 0 } }),
  refused('half a second', 'spec.options.mapIntervalSeconds', { program, options: { mapIntervalSeconds: 0.5 } }),
  refused('stopped that is a text', 'spec.stopped', { program, stopped: 'true' }),
  refused('no time', 'spec.timeoutSeconds', { program, timeoutSeconds: 0 }),
  refused('a hectic heartbeat', 'spec.heartbeatSeconds', { program, heartbeatSeconds: 4 }),
  refused('a time before the end', 'spec.ttlSecondsAfterFinished', { program, ttlSecondsAfterFinished: -1 }),
  refused('namespaces', 'spec.target.namespaces', target({ namespaces: ['shop'] }), ['Trace']),
  refused('the host', 'spec.target.host', target({ host: true }), ['Trace']),
  refused('unsafe', 'spec.options.unsafe', { program, options: { unsafe: true } }, ['Trace']),
  refused('the host and pods', 'spec.target', target({ host: true, pods: ['p'] }), ['ClusterTrace']),
  refused('the host and namespaces', 'spec.target', target({ host: true, namespaces: ['n'] }), ['ClusterTrace']),
  { ...refused('a selector that is none', 'spec.target.selector', target({ selector: 'a in (' })), beyondSchema: true },
];
