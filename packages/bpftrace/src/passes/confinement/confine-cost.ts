import type { Span } from '../../source/span.ts';
import type { Probe, Unroll } from '../../syntax/ast.ts';
import type { MapSymbol, TypedExpression, TypedProbe, TypedStatement } from '../../typed/tree.ts';
import { childrenOfExpression, childrenOfStatement, walk } from '../../typed/typed-children.ts';
import { layoutOf } from '../../types/layout.ts';
import { isAggregate } from '../../types/type.ts';
import type { ProbeInstance } from '../expand-probes.ts';
import type { ProbePoint } from '../probes/probe-point.ts';
import type { Refusals } from './refusal.ts';
import { RULES } from './rules.ts';

/** What a confined script may take of memory and time, which it shares with everybody on the node. */
const CONFINED_LIMITS = {
  /** Keys of all its maps together: sixteen of the default size. */
  mapKeys: 65_536,
  /** Bytes of these keys and what they hold, per-CPU values counted once. */
  mapBytes: 64 << 20,
  /** Different numbers of frames: there is a map of 8 MiB for each. */
  stackLimits: 4,
  /** Places that its probes attach to. */
  probes: 1024,
  /** Steps of all loops of one run, in a probe that the target waits for. A walk through a map of the default size is 4096. */
  steps: 8192,
  /** The same in begin, end and interval. */
  stepsBetween: 131_072,
  /** Nanoseconds from one run to the next on a CPU, of probes that a clock starts. */
  periodNs: 1_000_000n,
} as const;

/** What a confined script may take of the compiler, which works for everybody on the node: parts of its syntax, each as often as it is written out. */
const COMPILED_LIMITS = {
  /** Of one program: at worst, time grows with its square. */
  ofProgram: 4000,
  /** Of all. */
  ofScript: 60_000,
  /** What `unroll` may ask for; a count that is no literal is taken for this. */
  unroll: 100n,
} as const;

/** Linux' clocks for software events: PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK; their periods are nanoseconds. */
const CLOCKS: ReadonlySet<bigint> = new Set([0n, 1n]);

/** Refuses what would keep the compiler busy for long. False where there is such: then it is not compiled further. */
export function confineSize(instances: readonly ProbeInstance[], refusals: Refusals): boolean {
  const { ofProgram, ofScript } = COMPILED_LIMITS;
  const sizes = new Map<Probe, number>();
  let total = 0;
  for (const { node } of instances) {
    const size = sizes.get(node) ?? writtenOut(node.predicate) + writtenOut(node.body);
    sizes.set(node, size);
    total += size;
    const hint = 'use smaller bodies, fewer places, and loops in place of unroll';
    if (size > ofProgram) {
      const message = `the probe has ${size} parts, written out; those of a confined script may have ${ofProgram}`;
      refusals.refuse({ ...RULES.limit, hint }, node.span, message);
      return false;
    }
    if (total > ofScript) {
      const message = `the probes have over ${ofScript} parts, written out for all places; those of a confined script may not`;
      refusals.refuse({ ...RULES.limit, hint }, node.span, message);
      return false;
    }
  }
  return true;
}

/** Nodes of the syntax, those of an unrolled body as often as it is copied. */
function writtenOut(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  const inner = sumOf(Object.values(node), writtenOut);
  if (!('kind' in node)) return inner;
  return node.kind === 'unroll' ? inner * copiesOf(node as unknown as Unroll) : 1 + inner;
}

function copiesOf({ count }: Unroll): number {
  const { unroll } = COMPILED_LIMITS;
  return Number(count.kind === 'integer' && count.value < unroll ? count.value : unroll);
}

/** Refuses clocks that tick too fast, and too many probes. */
export function confineRates(instances: readonly ProbeInstance[], refusals: Refusals): void {
  const points = instances.flatMap((instance) => instance.points);
  for (const { attach, span, name } of points) {
    if (attach.kind !== 'perf-event' || !CLOCKS.has(attach.config) || periodOf(attach) >= CONFINED_LIMITS.periodNs)
      continue;
    const message = `${name} runs more often than every millisecond, which a confined script may not`;
    refusals.refuse(RULES.rate, span, message);
  }
  if (points.length > CONFINED_LIMITS.probes) {
    const message = `the script attaches to ${points.length} places; a confined one may to ${CONFINED_LIMITS.probes}`;
    refusals.refuse({ ...RULES.limit, hint: 'narrow the pattern' }, points[0]!.span, message);
  }
}

function periodOf({ sample }: Extract<ProbePoint['attach'], { kind: 'perf-event' }>): bigint {
  return 'period' in sample ? sample.period : 1_000_000_000n / BigInt(sample.frequency);
}

/** Refuses maps that are too large, all together. */
export function confineMaps(maps: readonly MapSymbol[], refusals: Refusals): void {
  const { mapKeys, mapBytes } = CONFINED_LIMITS;
  const largest = maps.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0];
  const keys = maps.reduce((sum, map) => sum + map.maxEntries, 0);
  const bytes = maps.reduce((sum, map) => sum + bytesOf(map), 0);
  if (keys > mapKeys) {
    const message = `the maps have room for ${keys} keys; those of a confined script may for ${mapKeys}`;
    refusals.refuse(RULES.limit, largest!.span, message);
  } else if (bytes > mapBytes) {
    const message = `the maps may take ${Math.ceil(bytes / (1 << 20))} MiB; those of a confined script ${mapBytes >> 20} MiB`;
    refusals.refuse(RULES.limit, largest!.span, message);
  }
}

function bytesOf({ key, value, maxEntries }: MapSymbol): number {
  const held = isAggregate(value) ? 16 : layoutOf(value).sizeBytes;
  return maxEntries * (held + (key ? layoutOf(key).sizeBytes : 0));
}

/** Refuses stacks of many different depths. */
export function confineStacks(probes: readonly TypedProbe[], refusals: Refusals): void {
  const limits = new Set<number>();
  for (const { predicate, body } of probes) {
    for (const node of walk(body, predicate ? [predicate] : [])) {
      if (node.kind !== 'stack') continue;
      limits.add(node.type.limit);
      if (limits.size <= CONFINED_LIMITS.stackLimits) continue;
      const message = `the script keeps stacks of ${limits.size} different depths; a confined one may of ${CONFINED_LIMITS.stackLimits}`;
      refusals.refuse({ ...RULES.limit, hint: 'use the same number of frames' }, node.span, message);
      return;
    }
  }
}

/** Refuses loops without a known end, and those that run for too long. */
export function confineLoops({ guard, predicate, body }: TypedProbe, refusals: Refusals): void {
  const limit = guard === 'none' ? CONFINED_LIMITS.stepsBetween : CONFINED_LIMITS.steps;
  const endless = (span: Span) =>
    refusals.refuse(RULES.loop, span, 'a confined script may not loop without a known end');
  let last: Span | undefined;
  const stepsOf = (s: TypedStatement): number => {
    const { expressions, statements } = childrenOfStatement(s);
    const inner = sumOf(expressions, stepsIn) + sumOf(statements, stepsOf);
    if (s.kind === 'while' || (s.kind === 'for-range' && rangeOf(s) === undefined)) endless(s.span);
    const steps = s.kind === 'for-range' ? (rangeOf(s) ?? 1) : s.kind === 'for-map' ? s.map.maxEntries : undefined;
    if (steps === undefined) return inner;
    last = s.span;
    return steps * (1 + inner);
  };
  const stepsIn = (e: TypedExpression): number => {
    const { expressions, statements } = childrenOfExpression(e);
    if (e.kind === 'map-length') last = e.span;
    const own = e.kind === 'map-length' ? e.map.maxEntries : 0;
    return own + sumOf(expressions, stepsIn) + sumOf(statements, stepsOf);
  };
  const steps = (predicate ? stepsIn(predicate) : 0) + sumOf(body, stepsOf);
  if (steps <= limit || !last) return;
  const message = `the loops of the probe may run for ${steps} steps; those of a confined script may for ${limit}`;
  refusals.refuse({ ...RULES.loop, hint: 'use fewer steps, or smaller maps' }, last, message);
}

function rangeOf({ start, end }: TypedStatement & { readonly kind: 'for-range' }): number | undefined {
  if (start.kind !== 'integer' || end.kind !== 'integer') return undefined;
  return Math.max(0, Number(end.value - start.value));
}

function sumOf<T>(of: readonly T[], measure: (one: T) => number): number {
  return of.reduce((sum, one) => sum + measure(one), 0);
}
