#!/usr/bin/env node
/**
 * Records what the real bpftrace prints for the scripts of our golden tables, so that tests can compare with it to the byte.
 *
 *   node scripts/record-bpftrace-output.mjs packages/bpftrace/src/output/golden/*.json -- bpftrace
 *
 * Behind `--` stands the command that runs bpftrace (`chroot DIR bpftrace`, say): the tables hold the output of version 0.27.1, which is newer than
 * what most distributions ship. Each table is an array of {name, script, flags?, differs?}; the recorder fills in `text` (standard output of `-q -B none`) and `json`
 * (the same with `-f json`) and writes the file back. `differs` says why ours is not the same. Scripts consist of `BEGIN` and `END` probes only and call `exit()`: nothing is traced.
 *
 * Bytes that are not UTF-8 become U+DC00 + byte, as in `byte-text.ts`. A script that fails, or that prints something else when it runs
 * twice, is reported and leaves its case as it was. Needs root.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const separator = process.argv.indexOf('--');
const files = process.argv.slice(2, separator < 0 ? undefined : separator);
const command = separator < 0 ? ['bpftrace'] : process.argv.slice(separator + 1);
if (files.length === 0) throw new Error('no golden table given');

let failures = 0;
for (const file of files) {
  const cases = JSON.parse(readFileSync(file, 'utf8')).map(record);
  writeFileSync(file, `[\n${cases.map((one) => JSON.stringify(one, null, 2).replace(/^/gm, '  ')).join(',\n')}\n]\n`);
}
process.exitCode = failures > 0 ? 1 : 0;

function record(entry) {
  const { name, script, flags = [] } = entry;
  try {
    const text = run([...flags, '-e', script]);
    const json = run([...flags, '-f', 'json', '-e', script]);
    if (text !== run([...flags, '-e', script])) throw new Error('prints something else each time');
    return { ...entry, text, json };
  } catch (error) {
    failures++;
    const reason = /ERROR[\s\S]*/.exec(String(error.stderr ?? ''))?.[0] ?? error.message;
    console.error(`${name}: ${reason}\n  ${script}`);
    return entry;
  }
}

function run(args) {
  const [program, ...prefix] = command;
  const stdio = ['ignore', 'pipe', 'pipe'];
  return decode(
    execFileSync(program, [...prefix, '-q', '-B', 'none', ...args], {
      stdio,
      timeout: 30_000,
      env: { ...process.env, TZ: 'UTC' },
    }),
  );
}

/** UTF-8 where it is valid, U+DC00 + byte where it is not. */
function decode(bytes) {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [4, 3, 2, 1].find((n) => at + n <= bytes.length && isOneCharacter(bytes.subarray(at, at + n), utf8));
    text += length ? utf8.decode(bytes.subarray(at, at + length)) : String.fromCharCode(0xdc00 + bytes[at]);
    at += length ?? 1;
  }
  return text;
}

function isOneCharacter(bytes, utf8) {
  try {
    return [...utf8.decode(bytes)].length === 1;
  } catch {
    return false;
  }
}
