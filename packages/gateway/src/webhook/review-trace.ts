import { isDeepStrictEqual } from 'node:util';
import { CLUSTER_TRACES, TRACES, type TraceKind, WAGGLE_GROUP } from '@waggle/kube';
import type { TraceCheck } from './check-trace.ts';

/** `admission.k8s.io/v1`, as far as it is read here. */
interface AdmissionRequest {
  readonly uid: string;
  readonly operation: string;
  readonly subResource?: string;
  readonly kind: { readonly group: string; readonly kind: string };
  readonly object?: { readonly metadata?: { readonly deletionTimestamp?: string }; readonly spec?: unknown } | null;
  readonly oldObject?: { readonly spec?: unknown } | null;
}

interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  readonly warnings?: readonly string[];
}

export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: AdmissionResponse;
}

/** The API server cuts longer ones, and all together (admission.k8s.io/v1: 120 and 4096 bytes are asked for). */
const WARNING_CHARACTERS = 240;
const MAX_WARNINGS = 10;
/** A message travels in one `Status`; a script of errors is no reason for a book. */
const MAX_PROBLEMS = 20;

export type CheckTrace = (spec: unknown, kind: TraceKind) => TraceCheck | Promise<TraceCheck>;

/** Answers a review; undefined where what came is none. Never refuses what is no trace, is being deleted, or keeps its spec. */
export async function reviewTrace(body: unknown, check: CheckTrace): Promise<AdmissionReview | undefined> {
  const request = requestOf(body);
  if (request === undefined) return undefined;
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: await responseTo(request, check) };
}

async function responseTo(request: AdmissionRequest, check: CheckTrace): Promise<AdmissionResponse> {
  const { uid, object } = request;
  const kind = traceKind(request);
  const isSettled =
    object?.metadata?.deletionTimestamp !== undefined ||
    (request.operation === 'UPDATE' && isDeepStrictEqual(object?.spec, request.oldObject?.spec));
  if (kind === undefined || object == null || isSettled) return { uid, allowed: true };
  const { problems, warnings } = await check(object.spec, kind);
  const shown = warnings.slice(0, MAX_WARNINGS).map((text) => text.slice(0, WARNING_CHARACTERS));
  const answer = { uid, ...(shown.length > 0 && { warnings: shown }) };
  if (problems.length === 0) return { ...answer, allowed: true };
  return { ...answer, allowed: false, status: { code: 400, reason: 'BadRequest', message: messageOf(problems) } };
}

function messageOf(problems: readonly string[]): string {
  const more = problems.length - MAX_PROBLEMS;
  const lines = problems.slice(0, MAX_PROBLEMS);
  if (more > 0) lines.push(`and ${more} more`);
  return lines.join('\n');
}

function traceKind({ kind, subResource }: AdmissionRequest): 'Trace' | 'ClusterTrace' | undefined {
  if (kind.group !== WAGGLE_GROUP || (subResource !== undefined && subResource !== '')) return undefined;
  return kind.kind === TRACES.kind ? 'Trace' : kind.kind === CLUSTER_TRACES.kind ? 'ClusterTrace' : undefined;
}

function requestOf(body: unknown): AdmissionRequest | undefined {
  if (!isObject(body) || body.kind !== 'AdmissionReview' || !isObject(body.request)) return undefined;
  const { uid, operation, kind, object, oldObject } = body.request;
  const isRequest =
    typeof uid === 'string' &&
    typeof operation === 'string' &&
    isObject(kind) &&
    typeof kind.group === 'string' &&
    typeof kind.kind === 'string' &&
    [object, oldObject].every((value) => value === undefined || value === null || isObject(value));
  return isRequest ? (body.request as unknown as AdmissionRequest) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
