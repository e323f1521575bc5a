import type { Block, Comment } from './ast.ts';

/** What the parts of the printer share: the indentation, the comments that are still to be printed, how blocks look. */
export class PrintContext {
  readonly indent: string;
  /** The text of a block, from brace to brace. Here because blocks and expressions hold each other. */
  readonly block: (block: Block, context: PrintContext) => string;
  readonly #comments: readonly Comment[];
  readonly #source: string | undefined;
  /** Shared by all levels. */
  readonly #queue: { next: number };

  constructor(
    comments: readonly Comment[],
    block: (block: Block, context: PrintContext) => string,
    source: string | undefined,
    level: { readonly indent: string; readonly queue: { next: number } } = { indent: '', queue: { next: 0 } },
  ) {
    this.#comments = comments;
    this.block = block;
    this.#source = source;
    this.indent = level.indent;
    this.#queue = level.queue;
  }

  /** One level deeper. */
  indented(): PrintContext {
    const level = { indent: `${this.indent}  `, queue: this.#queue };
    return new PrintContext(this.#comments, this.block, this.#source, level);
  }

  /** The lines of the comments that start before `offset` and were not printed yet. */
  commentsBefore(offset: number): string[] {
    const lines: string[] = [];
    for (let comment = this.#next; comment && comment.span.start < offset; comment = this.#next) {
      lines.push(this.indent + comment.text);
      this.#queue.next += 1;
    }
    return lines;
  }

  /** The comments between `end` and `next` that start on the line of `end`, to be put behind what ends there. */
  trailingComments(end: number, next: number): string {
    let text = '';
    for (let comment = this.#next; comment && this.#trails(comment, end, next); comment = this.#next) {
      text += ` ${comment.text}`;
      this.#queue.next += 1;
      if (comment.text.startsWith('//')) break;
    }
    return text;
  }

  /** Whether the source has a blank line between two offsets. */
  gapBetween(end: number, start: number): boolean {
    return this.#source !== undefined && /\n[ \t\r]*\n/.test(this.#source.slice(end, start));
  }

  get #next(): Comment | undefined {
    return this.#comments[this.#queue.next];
  }

  #trails({ span }: Comment, end: number, next: number): boolean {
    if (this.#source === undefined || span.start >= next) return false;
    return span.start < end || !this.#source.slice(end, span.start).includes('\n');
  }
}
