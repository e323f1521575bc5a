import { isKubeError, type KubeClient, KubeError, type TraceObject } from '@waggle/kube';
import { type ProgramOptions, type ProgramSource, programSource } from '../../commands/run/program-source.ts';
import type { OutputFormat } from '../../options/output-format.ts';
import { printDiagnostics } from '../../print-diagnostics.ts';
import type { RowOptions } from '../../table/row-selection.ts';
import { printText } from '../../terminal/print-text.ts';
import { UsageError } from '../../usage-error.ts';
import { ClusterError } from '../connection/cluster-error.ts';
import type { ConnectionOptions } from '../connection/connection-options.ts';
import { isMissingApi, notDeployed } from '../connection/explain-error.ts';
import { type OpenCluster, openCluster } from '../connection/open-cluster.ts';
import type { ClusterTargetOptions } from '../target/target-options.ts';
import { type TraceScope, traceScope } from '../target/trace-target.ts';
import { referenceText } from '../traces/trace-reference.ts';
import { checkLocally } from './check-locally.ts';
import { Heartbeat } from './heartbeat.ts';
import { rejectionText } from './rejection-text.ts';
import { showLog } from './show-log.ts';
import { HEARTBEAT_SECONDS, type TraceManifestOptions, traceManifest, traceTypeOf } from './trace-manifest.ts';
import { placeText, type TracePlace } from './trace-place.ts';

export interface ClusterRunOptions
  extends ProgramOptions,
    Omit<ConnectionOptions, 'namespace'>,
    ClusterTargetOptions,
    TraceManifestOptions,
    ViewOptions {
  /** The words behind `--`. */
  readonly command?: readonly string[] | undefined;
}

/** How a log is shown. */
export interface ViewOptions extends RowOptions {
  readonly output?: OutputFormat;
  readonly outputFile?: string;
  readonly record?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** `waggle run` in a cluster: gives the exit code. */
export async function runInCluster(options: ClusterRunOptions): Promise<number> {
  if (options.command !== undefined)
    throw new UsageError('a command behind -- runs on this machine, not in a cluster', 'waggle run PROGRAM -- COMMAND');
  const { parameters: words, ...given } = programSource(options);
  using cluster = await openCluster({ ...options, namespace: undefined } as ConnectionOptions);
  const scope = traceScope(options, words, cluster.namespace);
  const program: ProgramSource = { ...given, parameters: scope.parameters };
  const manifest = traceManifest(program, scope, options);
  if (!isRight(program, scope, options)) return 1;
  const trace = await create(cluster, manifest);
  if (trace === undefined) return 1;
  const place: TracePlace = {
    type: traceTypeOf(manifest),
    name: manifest.metadata.name!,
    namespace: manifest.metadata.namespace,
  };
  if (options.detach) {
    printText(`${referenceText(place)} created\n`);
    return 0;
  }
  return watch(cluster, place, trace, options);
}

/** Says what is wrong with the script, if anything is. */
function isRight(program: ProgramSource, scope: TraceScope, { unsafe }: ClusterRunOptions): boolean {
  const diagnostics = checkLocally(program, {
    parameters: program.parameters,
    confined: scope.namespace !== undefined,
    ...(unsafe && { unsafe }),
  });
  return printDiagnostics(diagnostics, program.source) === 0;
}

/** Undefined where the cluster finds a mistake in it, which it has told then. */
async function create({ client }: OpenCluster, manifest: TraceObject): Promise<TraceObject | undefined> {
  try {
    return await client.create<TraceObject>(traceTypeOf(manifest), manifest);
  } catch (error) {
    if (error instanceof KubeError && isMissingApi(error)) throw notDeployed(error);
    const rejection = error instanceof KubeError ? rejectionText(error) : undefined;
    if (rejection === undefined) throw error;
    process.stderr.write(rejection);
    return undefined;
  }
}

/** Shows the trace until it ends, by itself or by a signal; it is gone afterwards. */
async function watch(
  { client }: OpenCluster,
  place: TracePlace,
  trace: TraceObject,
  options: ClusterRunOptions,
): Promise<number> {
  using _heartbeat = new Heartbeat(client, place, trace.spec.heartbeatSeconds ?? HEARTBEAT_SECONDS);
  const remove = once(() => removeTrace(client, place, trace));
  try {
    return await showLog({
      client,
      place,
      options,
      follow: true,
      stop: () => stopTrace(client, place),
      abandon: remove,
    });
  } finally {
    await remove();
  }
}

async function stopTrace(client: KubeClient, { type, name, namespace }: TracePlace): Promise<void> {
  await client.patch(type, { spec: { stopped: true } }, { name, namespace, patchType: 'merge' });
}

async function removeTrace(client: KubeClient, place: TracePlace, { metadata, spec }: TraceObject): Promise<void> {
  const { type, name, namespace } = place;
  const { uid } = metadata;
  try {
    await client.delete(type, {
      name,
      namespace,
      ...(uid !== undefined && { preconditions: { uid } }),
      timeoutMs: 10_000,
    });
  } catch (error) {
    // Gone already, or one of the same name has come since.
    if (isKubeError(error, 'NotFound', 'Conflict')) return;
    throw new ClusterError('FAILED', `cannot delete the trace ${placeText(place)}: ${(error as Error).message}`, {
      hint: `its nodes end it, and delete it, when they have heard nothing for ${spec.heartbeatSeconds} s`,
      cause: error,
    });
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
