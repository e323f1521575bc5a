import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { Btf } from '@waggle/bpf/btf';
import { it } from 'vitest';
import { kernelBtf } from '../facts/small-kernel.test-kit.ts';
import { fixtureFacts } from '../facts/facts.test-kit.ts';
import { compile } from '../compile.ts';
import { SourceText } from '../source/source-text.ts';
import { loadScript } from '../lower/loaded-script.test-kit.ts';
const EVENTS = '/sys/kernel/tracing/events';
it('x', () => {
  const types = Btf.parse(readFileSync('/sys/kernel/btf/vmlinux'));
  const facts = fixtureFacts({
    btf: { ...kernelBtf(types), enumerator(n) { const f = types.enumerator(n); return f && { enumId: f.type.id, value: f.value }; } },
    tracepoints: () => readdirSync(EVENTS, { withFileTypes: true }).filter((e) => e.isDirectory()).flatMap(({ name: c }) => readdirSync(`${EVENTS}/${c}`, { withFileTypes: true }).filter((e) => e.isDirectory()).map(({ name }) => `${c}:${name}`)),
    tracepointFormat(c, n) { const p = `${EVENTS}/${c}/${n}/format`; return existsSync(p) ? readFileSync(p, 'utf8') : undefined; },
    kernelFunctions: () => [], userFunctions: () => [{ name: 'main', fileOffset: 4096 }], resolveBinary: (n) => n, kernelVersion: [6, 18],
  });
  for (const s of readFileSync('/tmp/resolver/e2e.txt', 'utf8').split('\n')) {
    if (!s) continue;
    const r = compile(new SourceText('t', s), facts, { unsafe: true, positionalParams: ['5', 'abc'] });
    const errors = r.diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code}: ${d.message}`);
    if (!r.script) { console.log(`NO   ${s}\n     ${errors.join('\n     ')}`); continue; }
    try { const l = loadScript(r.script); l[Symbol.dispose](); console.log(`ok   ${s}`); }
    catch (e) { console.log(`FAIL ${s}\n     ${String((e as Error).message).slice(0, 1500)}`); }
  }
});
