import * as v from 'valibot';
import { parseLabelSelector } from '../selectors/parse-label-selector.ts';
import type { TraceKind, TraceSpec } from './trace.ts';

/** A mistake in an object, at a place of it. */
export interface SpecProblem {
  /** `spec.target.pods[2]` */
  readonly path: string;
  readonly message: string;
}

/** Exactly one of the two. */
export type ParsedSpec =
  | { readonly spec: TraceSpec; readonly problems?: undefined }
  | { readonly spec?: undefined; readonly problems: readonly SpecProblem[] };

/**
 * Reads the `spec` of a Trace or ClusterTrace. It takes and refuses what the schemas of the custom resource definitions do, and refuses selectors
 * that are none. Unknown fields are left out, as the API server prunes them.
 */
export function parseTraceSpec(spec: unknown, kind: TraceKind): ParsedSpec {
  const result = v.safeParse(SPECS[kind], spec, { abortPipeEarly: true });
  if (result.success) return { spec: result.output as TraceSpec };
  return { problems: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })) };
}

/** Bounds of the numbers and lists of a spec, as the custom resource definitions have them. */
export const SPEC_LIMITS = {
  scriptCharacters: 65_536,
  parameters: 64,
  parameterCharacters: 4096,
  names: 256,
  selectorCharacters: 4096,
  ringSizeBytes: { min: 4096, max: 67_108_864 },
  maxStrlen: { min: 2, max: 65_535 },
  maxMapKeys: { min: 1, max: 1_048_576 },
  mapIntervalSeconds: { min: 1, max: 3600 },
  timeoutSeconds: { min: 1, max: 2_592_000 },
  heartbeatSeconds: { min: 5, max: 3600 },
  ttlSecondsAfterFinished: { min: 0, max: 2_592_000 },
} as const;

const GADGET = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const NAMESPACE = new RegExp(`^!?${LABEL}$`);
const OBJECT = new RegExp(`^!?${LABEL}(\\.${LABEL})*$`);
const WORKLOAD_KINDS =
  'deploy|deployments?|sts|statefulsets?|ds|daemonsets?|jobs?|cj|cronjobs?|rs|replicasets?|rc|replicationcontrollers?|po|pods?';
const WORKLOAD = new RegExp(`^!?(${WORKLOAD_KINDS})/${LABEL}(\\.${LABEL})*$`);

const ONLY_CLUSTER = 'only a ClusterTrace has this';

const program = v.pipe(
  object({
    gadget: v.optional(v.pipe(string(), characters(1, 63), matching(GADGET, 'is no name of a gadget'))),
    script: v.optional(v.pipe(string(), characters(1, SPEC_LIMITS.scriptCharacters))),
    name: v.optional(v.pipe(string(), characters(1, 253))),
    parameters: v.optional(
      list(v.pipe(string(), characters(0, SPEC_LIMITS.parameterCharacters)), SPEC_LIMITS.parameters),
    ),
  }),
  v.check(
    ({ gadget, script }) => (gadget === undefined) !== (script === undefined),
    'exactly one of gadget and script must be given',
  ),
);

const selector = v.pipe(
  string(),
  characters(0, SPEC_LIMITS.selectorCharacters),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { problem } = parseLabelSelector(dataset.value);
    if (problem !== undefined) addIssue({ message: `${problem.message} (at character ${problem.offset + 1})` });
  }),
);

const podTarget = {
  pods: v.optional(names(OBJECT, 'is no name of a pod', 254)),
  containers: v.optional(names(NAMESPACE, 'is no name of a container', 64)),
  workloads: v.optional(names(WORKLOAD, 'is no workload: expected a kind and a name, such as deploy/cart', 280)),
  nodes: v.optional(names(OBJECT, 'is no name of a node', 254)),
  selector: v.optional(selector),
};

const clusterTarget = v.pipe(
  object({
    ...podTarget,
    namespaces: v.optional(names(NAMESPACE, 'is no name of a namespace', 64)),
    host: v.optional(boolean()),
  }),
  v.check(
    ({ host, namespaces, pods, containers, workloads, selector }) =>
      host !== true ||
      [namespaces, pods, containers, workloads, selector].every((condition) => condition === undefined),
    'host takes everything on a node: it excludes namespaces, pods, containers, workloads and selector',
  ),
);

const options = {
  ringSizeBytes: v.optional(between(SPEC_LIMITS.ringSizeBytes)),
  maxStrlen: v.optional(between(SPEC_LIMITS.maxStrlen)),
  maxMapKeys: v.optional(between(SPEC_LIMITS.maxMapKeys)),
  mapIntervalSeconds: v.optional(between(SPEC_LIMITS.mapIntervalSeconds)),
};

/** What only a ClusterTrace may have is there in a Trace, too, so that it is refused, and not pruned without a word. */
const SPECS = {
  Trace: spec(
    object({
      ...podTarget,
      namespaces: v.optional(
        v.pipe(v.array(string()), v.maxLength(0, `a Trace sees its own namespace: ${ONLY_CLUSTER}`)),
      ),
      host: v.optional(never('a Trace sees pods of its namespace')),
    }),
    object({ ...options, unsafe: v.optional(never('a Trace changes nothing')) }),
  ),
  ClusterTrace: spec(clusterTarget, object({ ...options, unsafe: v.optional(boolean()) })),
};

function spec<T extends v.GenericSchema, O extends v.GenericSchema>(target: T, optionsSchema: O) {
  return object({
    program,
    target: v.optional(target),
    options: v.optional(optionsSchema),
    stopped: v.optional(boolean()),
    timeoutSeconds: v.optional(between(SPEC_LIMITS.timeoutSeconds)),
    heartbeatSeconds: v.optional(between(SPEC_LIMITS.heartbeatSeconds)),
    ttlSecondsAfterFinished: v.optional(between(SPEC_LIMITS.ttlSecondsAfterFinished)),
  });
}

function never(why: string) {
  return v.pipe(
    boolean(),
    v.check((value) => !value, `${why}: ${ONLY_CLUSTER}`),
  );
}

/** A list is an object to JavaScript, and to `v.object`. */
function object<E extends v.ObjectEntries>(entries: E) {
  return v.pipe(
    v.custom<object>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      ({ received }) => `expected an object, found ${received === 'Array' ? 'a list' : received}`,
    ),
    v.object(entries, 'must be given'),
  );
}

function string() {
  return v.string(({ received }) => `expected a string, found ${received}`);
}

function boolean() {
  return v.boolean(({ received }) => `expected true or false, found ${received}`);
}

/** Counts code points, as OpenAPI does. */
function characters(min: number, max: number) {
  const wanted = min === 0 ? `at most ${max}` : `${min} to ${max}`;
  return v.check<string, (issue: v.CheckIssue<string>) => string>(
    (text) => {
      const { length } = [...text];
      return length >= min && length <= max;
    },
    ({ input }) => `has ${[...input].length} characters, expected ${wanted}`,
  );
}

function matching(pattern: RegExp, message: string) {
  return v.regex<string, (issue: v.RegexIssue<string>) => string>(pattern, ({ input }) => `"${input}" ${message}`);
}

function names(pattern: RegExp, message: string, maxCharacters: number) {
  return list(v.pipe(string(), characters(1, maxCharacters), matching(pattern, message)), SPEC_LIMITS.names);
}

function list<T extends v.GenericSchema>(item: T, max: number) {
  return v.pipe(
    v.array(item, ({ received }) => `expected a list, found ${received}`),
    v.maxLength(max, ({ received }) => `has ${received} entries, expected at most ${max}`),
  );
}

function between({ min, max }: { readonly min: number; readonly max: number }) {
  const message = ({ received }: { readonly received: string }) =>
    `expected a whole number from ${min} to ${max}, found ${received}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

function pathOf({ path }: v.BaseIssue<unknown>): string {
  let text = 'spec';
  for (const { key } of path ?? []) text += typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
  return text;
}
