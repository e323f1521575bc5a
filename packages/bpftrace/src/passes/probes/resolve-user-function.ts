import type { AttachPoint } from '../../syntax/ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import { isGlob } from './glob.ts';
import { parseNumber } from './parse-number.ts';
import type { ProbeNames, ProbePoint } from './probe-point.ts';
import { checkParts, part } from './probe-point.ts';
import type { Provider } from './provider.ts';

/** `uprobe:BINARY:FUNCTION[+OFFSET]`, `uprobe:BINARY:OFFSET`, `uretprobe:BINARY:FUNCTION`; functions may be patterns. */
export function resolveUprobe(names: ProbeNames, node: AttachPoint, provider: Provider): ProbePoint[] {
  if (node.parts.length === 3 && part(node, 1) === 'cpp') {
    names.diagnostics.error('not-yet-supported', node.parts[1]!.span, 'C++ names are not supported yet', {
      hint: 'write the mangled name',
    });
    return [];
  }
  if (!checkParts(names, node, 2, 2, `${provider}:/path/to/binary:FUNCTION`)) return [];
  const [binary, place] = node.parts;
  const path = names.facts.resolveBinary(binary!.text);
  if (path === undefined) {
    names.diagnostics.error('unknown-binary', binary!.span, `cannot find the binary or library "${binary!.text}"`, {
      hint: 'write a path, or the short name of a shared library, as libc',
    });
    return [];
  }
  const absolute = parseNumber(place!.text);
  if (absolute !== undefined) return [pointOf(names, node, provider, path, undefined, Number(absolute))];
  const [, symbol, offsetText] = /^(.*?)(?:\+(\w+))?$/s.exec(place!.text)!;
  const offset = offsetText === undefined ? 0n : parseNumber(offsetText);
  if (offset === undefined || (offset !== 0n && isGlob(symbol!))) {
    const hint = { hint: `write it as ${provider}:BINARY:FUNCTION+8` };
    names.diagnostics.error('invalid-probe', place!.span, `"${place!.text}" is no place in a function`, hint);
    return [];
  }
  return functionsNamed(names, node, path, symbol!).map((fn) =>
    pointOf(names, node, provider, path, fn, Number(offset)),
  );
}

function functionsNamed(names: ProbeNames, node: AttachPoint, path: string, symbol: string): string[] {
  const place = node.parts[1]!;
  const found = names.facts.userFunctions(path, symbol);
  if (!found) {
    names.diagnostics.error('unreadable-binary', node.parts[0]!.span, `cannot read the functions of "${path}"`);
    return [];
  }
  if (found.length === 0 && !isGlob(symbol)) {
    const all = names.facts.userFunctions(path, '*') ?? [];
    const hint = didYouMean(
      symbol,
      all.map((fn) => fn.name),
    );
    names.diagnostics.error('unknown-probe', place.span, `"${path}" has no function ${symbol}`, hint);
  }
  return [...new Set(found.map((fn) => fn.name))];
}

function pointOf(
  names: ProbeNames,
  node: AttachPoint,
  provider: Provider,
  path: string,
  symbol: string | undefined,
  offset: number,
): ProbePoint {
  const pid = names.options.targetPid;
  const place = symbol === undefined ? `${offset}` : `${symbol}${offset === 0 ? '' : `+${offset}`}`;
  return {
    provider,
    programType: 'kprobe',
    attach: {
      kind: 'uprobe',
      path,
      ...(symbol !== undefined && { symbol }),
      offset,
      return: provider === 'uretprobe',
      ...(pid !== undefined && { pid }),
    },
    name: `${provider}:${path}:${place}`,
    span: node.span,
  };
}
