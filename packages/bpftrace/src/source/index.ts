export { escapeForTerminal } from './escape-for-terminal.ts';
export { type Position, SourceText } from './source-text.ts';
export { cover, type Span } from './span.ts';
