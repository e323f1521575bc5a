import { Command, CommanderError, Option } from 'commander';
import { byteSize, duration, integer } from './options/parse-value.ts';
import { addReplayOptions, addShowOptions, outputOption, recordOption } from './options/show-options.ts';
import { splitCommand } from './options/split-command.ts';
import { reportError } from './report-error.ts';
import { printText } from './terminal/print-text.ts';
import { version } from './version.ts';

/** Exit codes of waggle itself; with `-- COMMAND`, the command's own code is the exit code. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Runs waggle with the words behind its name, and ends the process with the right code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  // Words to complete are not to be understood: they may hold options, `--` and half of anything.
  if (argv[0] === COMPLETE) return complete(argv.slice(1));
  const { own, command } = splitCommand(argv);
  try {
    await buildProgram(command).parseAsync(own, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else process.exitCode = reportError(error);
  }
}

/** What the completion scripts call, with the words until the cursor. */
const COMPLETE = '__complete';

async function complete(words: readonly string[]): Promise<void> {
  const { completeWords } = await import('./commands/completion.ts');
  printText(
    completeWords(buildProgram(), words)
      .map((word) => `${word}\n`)
      .join(''),
  );
}

/** The commands of this machine as a tree; actions import their own code, so that a start loads only what it needs. */
export function buildProgram(command?: readonly string[]): Command {
  const program = newProgram('waggle');
  addRun(program, command);
  addLocalCommands(program);
  addVersion(program);
  return program;
}

/** A tree without commands yet. */
export function newProgram(name: string): Command {
  return new Command(name)
    .description('What are my pods doing to the kernel, and how long does it take?')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeOut: printText })
    .showSuggestionAfterError()
    .exitOverride();
}

function addRun(program: Command, command: readonly string[] | undefined): void {
  const run = program
    .command('run')
    .summary('trace with a gadget or a script')
    .description('Runs a gadget of the catalogue, a script file, or a script given with -e, and shows what it finds.')
    .usage("[options] <gadget | file.bt | -e 'script'> [parameters...] [-- COMMAND...]")
    .argument('[program]', "a gadget's name, or a script file (- for standard input)")
    .argument('[parameters...]', "the script's $1, $2, …")
    .option('-e, --eval <script>', 'the script itself')
    .optionsGroup('Whose events (everything on this host unless one is given):')
    .option('--container <name|id>', 'a running container')
    .option('--cgroup <path>', 'a cgroup and all below it: a path in the cgroup v2 tree')
    .option('-p, --pid <pid>', 'a process (all its threads); the trace ends with it', integer)
    .option('--comm <name>', 'threads of that name (15 characters at most)');
  addShowOptions(run)
    .addOption(recordOption())
    .option('-v, --verbose', 'say what is loaded and attached')
    .optionsGroup('How it runs:')
    .option('--timeout <time>', 'end after that time, such as 5s', duration)
    .option('--unsafe', 'allow functions that change things: system, signal')
    .option('--ring-size <bytes>', 'size of the ring buffer, such as 4M: a power of two', byteSize)
    .option('--max-strlen <bytes>', 'longest string that str() reads', integer)
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (name: string | undefined, parameters: string[], options: object) => {
      const { run: runLocally } = await import('./commands/run/run.ts');
      process.exitCode = await runLocally({ name, parameters, command, ...options });
    });
}

function addVersion(program: Command): void {
  program
    .command('version')
    .summary('print versions')
    .description('Prints the versions of waggle, Node.js and the kernel.')
    .addOption(new Option('-o, --output <format>', 'format').choices(['columns', 'json', 'yaml']).default('columns'))
    .action(async (options: object) => {
      const { printVersion } = await import('./commands/print-version.ts');
      process.exitCode = await printVersion(options);
    });
}

/** Adds the commands that concern this machine alone. */
export function addLocalCommands(program: Command): void {
  const list = program
    .command('list')
    .summary('list gadgets or probes')
    .description('Lists gadgets, or the places where a script can attach.');
  list
    .command('gadgets')
    .description('the gadgets of the catalogue')
    .argument('[pattern]', 'names to list, with * and ?')
    .option('-v, --verbose', 'with their columns')
    .addOption(outputOption())
    .action(async (pattern: string | undefined, options: object) => {
      const { listGadgets } = await import('./commands/list-gadgets.ts');
      process.exitCode = await listGadgets({ pattern, ...options });
    });
  list
    .command('probes')
    .description('the probes of this kernel')
    .argument('[pattern]', 'such as tracepoint:syscalls:sys_enter_* or *exec*')
    .option('-v, --verbose', 'with their arguments')
    .action(async (pattern: string | undefined, options: object) => {
      const { listProbes } = await import('./commands/list-probes.ts');
      process.exitCode = await listProbes({ pattern, ...options });
    });

  const replay = program
    .command('replay')
    .summary('show a recording')
    .description(
      'Shows what `run --record` has kept, as the run itself showed it, or in another format. Ends with the exit code of the run.',
    )
    .argument('<file>', 'a recording (- for standard input)');
  addReplayOptions(replay).action(async (file: string, options: object) => {
    const { replay: replayFile } = await import('./commands/replay.ts');
    process.exitCode = await replayFile(file, options);
  });

  program
    .command('check')
    .summary('find the mistakes of a script')
    .description(
      'Says what is wrong with a script, without running it. Needs no privileges: what they hide is checked when it runs.',
    )
    .usage('[options] <gadget | file.bt | -e script> [parameters...]')
    .argument('[program]', "a gadget's name, or a script file (- for standard input)")
    .argument('[parameters...]', "the script's $1, $2, …")
    .option('-e, --eval <script>', 'the script itself')
    .option('--unsafe', 'allow functions that change things')
    .action(async (name: string | undefined, parameters: string[], options: object) => {
      const { check } = await import('./commands/check.ts');
      process.exitCode = await check({ name, parameters, ...options });
    });

  program
    .command('dump')
    .summary('show what a script compiles to')
    .description('Shows what a script compiles to: maps, records, intermediate code, bytecode.')
    .usage('[options] <gadget | file.bt | -e script> [parameters...]')
    .argument('[program]', "a gadget's name, or a script file (- for standard input)")
    .argument('[parameters...]', "the script's $1, $2, …")
    .option('-e, --eval <script>', 'the script itself')
    .option('--ir', 'intermediate code only')
    .option('--asm', 'bytecode only')
    .option('--unsafe', 'allow functions that change things')
    .action(async (name: string | undefined, parameters: string[], options: object) => {
      const { dump } = await import('./commands/dump.ts');
      process.exitCode = await dump({ name, parameters, ...options });
    });

  program
    .command('demo')
    .summary('a first look at two sample workloads')
    .description('Starts two small workloads and traces them: a first look, until Ctrl-C.')
    .option('--timeout <time>', 'end after that time (5s where standard output is no terminal)', duration)
    .action(async ({ timeout }: { timeout?: number }) => {
      const { demo } = await import('./commands/demo.ts');
      const limit = timeout ?? (process.stdout.isTTY ? undefined : 5000);
      process.exitCode = await demo(limit === undefined ? {} : { timeout: limit });
    });

  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a completion script: source <(waggle completion bash)')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionScript } = await import('./commands/completion.ts');
      printText(completionScript(shell));
    });

  program.command('warm-up', { hidden: true }).action(async () => {
    const { warmUp } = await import('./commands/warm-up.ts');
    await warmUp();
  });
}

const RUN_EXAMPLES = `
Examples:
  waggle run opensnoop -- cat /etc/hostname        what a command opens
  waggle run execsnoop --container web             what a container executes
  waggle run syscount --sort -time --timeout 5s    where the time goes
  waggle run -e 'tracepoint:syscalls:sys_enter_read { @[comm] = count() }' -p 1234
  waggle run opensnoop -n shop -l app=cart         pods of a cluster: see kubectl waggle run --help
`;
