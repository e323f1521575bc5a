import { type Command, Option } from 'commander';
import { addLocalCommands, newProgram } from '../command-line.ts';
import { byteSize, duration, integer } from '../options/parse-value.ts';
import { addReplayOptions, addShowOptions, recordOption } from '../options/show-options.ts';
import { addConnectionOptions } from './connection/connection-options.ts';
import { addTargetOptions } from './target/target-options.ts';

/**
 * The whole command line, with the commands for a cluster; actions import their own code.
 *
 * @param name as the user calls it: `waggle`, `kubectl waggle`.
 */
export function buildClusterProgram(name: string, command?: readonly string[]): Command {
  const program = newProgram(name);
  program.commandsGroup('In a cluster:');
  addRun(program, command);
  addReaders(program);
  addChangers(program);
  addDeployment(program);
  addVersion(program);
  program.commandsGroup('On this machine:');
  addLocalCommands(program);
  return program;
}

function addRun(program: Command, command: readonly string[] | undefined): void {
  const run = program
    .command('run')
    .summary('trace pods with a gadget or a script')
    .description(
      'Runs a gadget of the catalogue, a script file, or a script given with -e, on the nodes of a cluster, and shows what it finds. Ctrl-C ends it.',
    )
    .usage("[options] <gadget | file.bt | -e 'script'> [TYPE/NAME...] [parameters...]")
    .argument('[program]', "a gadget's name, or a script file (- for standard input)")
    .argument('[words...]', "workloads, pods and nodes as TYPE/NAME; then the script's $1, $2, …")
    .option('-e, --eval <script>', 'the script itself');
  addTargetOptions(run);
  addShowOptions(run)
    .addOption(recordOption())
    .option('-v, --verbose', 'say what is attached on each node')
    .optionsGroup('How it runs:')
    .option('--detach', 'start it, and leave it running without watching')
    .option('--name <name>', "the trace's name; one is made up otherwise")
    .option('--timeout <time>', 'end after that time, such as 5s, in whole seconds', duration)
    .option('--unsafe', 'allow functions that change things: system, signal; not in a namespace')
    .option('--ring-size <bytes>', "size of each node's ring buffer, such as 4M: a power of two", byteSize)
    .option('--max-strlen <bytes>', 'longest string that str() reads', integer);
  addConnectionOptions(run)
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (name: string | undefined, parameters: string[], options: { readonly name?: string }) => {
      const { runInCluster } = await import('./run/run-in-cluster.ts');
      const { name: traceName, ...others } = options;
      process.exitCode = await runInCluster({ name, parameters, command, ...others, ...(traceName && { traceName }) });
    });
}

function addReaders(program: Command): void {
  const get = program
    .command('get')
    .summary('list traces')
    .description('Lists traces; with -A those of all namespaces, and cluster traces.')
    .argument('[words...]', 'traces or clustertraces, and names; or TYPE/NAME');
  addPlaceOptions(get)
    .option('-A, --all-namespaces', 'those of all namespaces, and cluster traces')
    .option('-l, --selector <selector>', "by the traces' own labels")
    .addOption(new Option('-o, --output <format>', 'format').choices(['wide', 'json', 'yaml', 'name']));
  addConnectionOptions(get).action(async (words: string[], options: object) => {
    const { get: getTraces } = await import('./traces/get.ts');
    process.exitCode = await getTraces(words, options);
  });

  const describe = program
    .command('describe')
    .summary('show everything about a trace')
    .description('Shows what a trace does, how it is on each node, and what the nodes say of its script.')
    .argument('<trace>', 'NAME, trace/NAME or clustertrace/NAME');
  addConnectionOptions(addPlaceOptions(describe)).action(async (word: string, options: object) => {
    const { describeTrace } = await import('./traces/describe.ts');
    process.exitCode = await describeTrace(word, options);
  });

  const attach = program
    .command('attach')
    .summary('watch a running trace')
    .description('Shows the results of a trace, and goes on until it ends. Ctrl-C ends the watching, not the trace.')
    .argument('<trace>', 'NAME, trace/NAME or clustertrace/NAME');
  addLogOptions(attach).action(async (word: string, options: object) => {
    const { showTraceLog } = await import('./traces/show-trace-log.ts');
    process.exitCode = await showTraceLog(word, { ...options, follow: true });
  });

  const logs = program
    .command('logs')
    .summary("show a trace's results so far")
    .description('Shows the results of a trace that its nodes still hold.')
    .argument('<trace>', 'NAME, trace/NAME or clustertrace/NAME')
    .option('-f, --follow', 'and go on until it ends');
  addLogOptions(logs).action(async (word: string, options: { readonly follow?: boolean }) => {
    const { showTraceLog } = await import('./traces/show-trace-log.ts');
    process.exitCode = await showTraceLog(word, { follow: false, ...options });
  });
}

function addChangers(program: Command): void {
  const stop = program
    .command('stop')
    .summary('end traces')
    .description('Ends traces; their results stay until they are deleted.')
    .argument('<traces...>', 'NAME, trace/NAME or clustertrace/NAME');
  addConnectionOptions(addPlaceOptions(stop)).action(async (words: string[], options: object) => {
    const { stop: stopTraces } = await import('./traces/stop.ts');
    process.exitCode = await stopTraces(words, options);
  });

  const remove = program
    .command('delete')
    .summary('end traces and delete them')
    .description('Ends traces and deletes them, with their results.')
    .argument('[words...]', 'traces or clustertraces, and names; or TYPE/NAME')
    .option('--all', 'all traces of the namespace')
    .option('--ignore-not-found', 'those that are not there are no mistake');
  addPlaceOptions(remove)
    .option('-A, --all-namespaces', 'with --all: those of all namespaces, and cluster traces')
    .option('-l, --selector <selector>', "by the traces' own labels");
  addConnectionOptions(remove).action(async (words: string[], options: object) => {
    const { deleteTraces } = await import('./traces/delete.ts');
    process.exitCode = await deleteTraces(words, options);
  });
}

function addDeployment(program: Command): void {
  const deploy = program
    .command('deploy')
    .summary('put waggle into the cluster')
    .description('Puts waggle into the cluster, or renews it, and waits until every agent is ready.')
    .option('--image <image>', "waggle's own image, from a registry of yours")
    .addOption(new Option('--image-pull-policy <policy>').choices(['Always', 'IfNotPresent', 'Never']))
    .addOption(new Option('-o, --output <format>', 'print the objects').choices(['yaml', 'json', 'name']));
  addWaitOptions(deploy, 180_000);
  addConnectionOptions(deploy).action(async (options: object) => {
    const { deploy: deployWaggle } = await import('./deploy/deploy.ts');
    process.exitCode = await deployWaggle(options as Parameters<typeof deployWaggle>[0]);
  });

  const undeploy = program
    .command('undeploy')
    .summary('take waggle out of the cluster')
    .description(
      'Takes waggle out of the cluster, with all traces and their definitions, and waits until all of it is gone.',
    );
  addWaitOptions(undeploy, 180_000);
  addConnectionOptions(undeploy).action(async (options: object) => {
    const { undeploy: undeployWaggle } = await import('./deploy/undeploy.ts');
    process.exitCode = await undeployWaggle(options as Parameters<typeof undeployWaggle>[0]);
  });

  const status = program
    .command('status')
    .summary('show how waggle is in the cluster')
    .description('Shows the agents, the gateway and the APIs of waggle in the cluster; exit code 1 unless all is well.')
    .addOption(new Option('-o, --output <format>', 'format').choices(['json', 'yaml']));
  addConnectionOptions(status).action(async (options: object) => {
    const { showStatus } = await import('./deploy/show-status.ts');
    process.exitCode = await showStatus(options);
  });
}

function addVersion(program: Command): void {
  const version = program
    .command('version')
    .summary('print versions')
    .description('Prints the versions of waggle, Node.js and the kernel, of the cluster, and of waggle in it.')
    .option('--client', "this command's own only")
    .addOption(new Option('-o, --output <format>', 'format').choices(['columns', 'json', 'yaml']).default('columns'));
  addConnectionOptions(version).action(async (options: object) => {
    const { clusterVersion } = await import('./deploy/cluster-version.ts');
    process.exitCode = await clusterVersion(options);
  });
}

function addPlaceOptions(command: Command): Command {
  return command.option('-n, --namespace <name>', "the traces' namespace");
}

function addLogOptions(command: Command): Command {
  addPlaceOptions(command);
  addReplayOptions(command).addOption(recordOption()).option('-v, --verbose', 'say what is attached on each node');
  return addConnectionOptions(command);
}

function addWaitOptions(command: Command, timeoutMs: number): void {
  command
    .addOption(
      new Option(
        '--dry-run [mode]',
        'say what would be done: by this machine alone (client), or asking the cluster (server)',
      )
        .choices(['client', 'server'])
        .preset('client'),
    )
    .option('--no-wait', 'do not wait for it to be finished')
    .option('--timeout <time>', 'wait no longer than that, such as 5m', duration, timeoutMs);
}

const RUN_EXAMPLES = `
Examples:
  kubectl waggle run opensnoop -n shop -l app=cart          what these pods open
  kubectl waggle run execsnoop deploy/cart                  what a deployment's containers execute
  kubectl waggle run syscount -A --timeout 5s --sort -time  where the time goes, in all pods
  kubectl waggle run -n shop -e 'tracepoint:syscalls:sys_enter_openat { @[label("app")] = count() }'
`;
