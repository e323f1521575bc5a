/**
 * Checks who imports whom: between packages (`arrows.json`: the list of allowed arrows), and inside them (the pure folders do no I/O, one file
 * enters the kernel). Prints each violation; exits 1 if there is any.
 */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { walk } from './walk.mjs';

const arrows = JSON.parse(readFileSync('scripts/arrows.json', 'utf8'));
/** Folders that do no I/O: nothing of Node.js, nothing of the folders that enter the kernel. */
const PURE = ['bpf/src/asm', 'bpf/src/btf', 'bpf/src/elf', 'bpf/src/spec', 'bpftrace/src', 'trace/src/stream'];
const FFI_FILE = 'packages/bpf/src/sys/ffi.ts';
const NAMES = { waggle: 'cli' };
for (const name of Object.keys(arrows)) if (name !== 'cli') NAMES[`@waggle/${name}`] = name;

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

const violations = [];
for (const name of Object.keys(arrows)) {
  for (const file of walk(`packages/${name}`, (path) => path.endsWith('.ts'))) {
    const test = /\.test(-kit)?\.ts$/.test(file) || file.includes('/testing/');
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(IMPORT)) check(name, file, match[1] ?? match[2] ?? match[3], test);
  }
}

function check(name, file, target, test) {
  const pure = PURE.some((folder) => file.startsWith(`packages/${folder}/`));
  if (target === 'koffi' && file !== FFI_FILE && !test) violations.push(`${file}: only ${FFI_FILE} may import koffi`);
  if (target.startsWith('node:') && pure && !test) violations.push(`${file}: pure code imports ${target}`);
  if (target.startsWith('.')) {
    const path = relative('.', resolve(dirname(file), target));
    const from = path.split('/')[1];
    if (!path.startsWith(`packages/${name}/`) && !test)
      violations.push(`${file}: reaches into ${from}; import the package instead`);
    if (
      pure &&
      !test &&
      path.startsWith('packages/bpf/') &&
      !PURE.some((folder) => path.startsWith(`packages/${folder}/`))
    )
      violations.push(`${file}: pure code imports ${path}`);
    return;
  }
  const scope = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : target.split('/')[0];
  const to = NAMES[scope];
  if (to === undefined || to === name) return;
  if (!arrows[name].includes(to)) violations.push(`${file}: ${name} may not import ${to}`);
  if (pure && !test && to === 'bpf' && !/^@waggle\/bpf\/(asm|btf|elf|spec)$/.test(target))
    violations.push(`${file}: pure code imports ${target}`);
}

for (const violation of violations) console.error(violation);
process.exit(violations.length === 0 ? 0 : 1);
