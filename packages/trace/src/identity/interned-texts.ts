/** Numbers that a trace gives out. Names of pods come without end where pods do. */
const MAX_TEXTS = 65_536;

/** What all texts are called that come after the last number. */
const OTHER = '<other>';

/**
 * The texts of one trace, by the numbers that its programs know them by: 0 is none, then come the script's own literals, then others as
 * they are met. A number stands for the same text as long as the trace lives.
 */
export class InternedTexts {
  readonly #texts: (string | undefined)[] = [undefined];
  readonly #ids = new Map<string, number>();
  readonly #limit: number;
  #overflows = 0;

  /** @param literals text `i` gets the number `i + 1`. */
  constructor(literals: readonly string[], limit = MAX_TEXTS) {
    this.#limit = limit;
    for (const literal of literals) this.#add(literal);
  }

  /** Times that a text found no number left and was counted to `<other>`. */
  get overflows(): number {
    return this.#overflows;
  }

  idOf(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length < this.#limit) return this.#add(text);
    this.#overflows++;
    return this.#ids.get(OTHER) ?? this.#add(OTHER);
  }

  textOf(id: number): string | undefined {
    return this.#texts[id];
  }

  #add(text: string): number {
    const id = this.#texts.push(text) - 1;
    this.#ids.set(text, id);
    return id;
  }
}
