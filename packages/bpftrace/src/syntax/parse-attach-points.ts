import type { AttachPoint } from './ast.ts';
import { splitAttachPoint } from './lex-attach-point.ts';
import type { ParserState } from './parser-state.ts';

const providerName = /^[A-Za-z_*?][\w*?-]*$/;

/**
 * ```text
 * AttachPoints = AttachPoint (',' AttachPoint)* ','?
 * AttachPoint  = provider (':' part)*, without blanks; parts may be quoted
 * ```
 */
export function parseAttachPoints(p: ParserState): AttachPoint[] {
  const points: AttachPoint[] = [];
  do {
    if (points.length > 0 && (p.at('{') || p.at('/'))) break;
    const { start, text } = p.tokens.attachPoint();
    if (text === '') {
      p.unexpected('a probe, such as tracepoint:syscalls:sys_enter_open');
      break;
    }
    const point = splitAttachPoint(text, start);
    points.push(point);
    checkProvider(p, point);
  } while (p.accept(','));
  return points;
}

function checkProvider(p: ParserState, { provider, parts, span }: AttachPoint): void {
  if (providerName.test(provider.text)) return;
  if (/^\w+=\w/.test(provider.text)) {
    p.complain('named-probe', provider.span, 'names of probes are reserved', { hint: "leave out 'name='" });
  } else if (parts.length === 0) {
    p.error('syntax', span, 'expected a probe, such as tracepoint:syscalls:sys_enter_open');
  } else {
    p.complain('invalid-provider', provider.span, `'${provider.text}' is no kind of probe`);
  }
}
