/** A word or sign of a label selector. `in` and `notin` are words: where they stand says what they mean. */
export interface SelectorToken {
  readonly kind: 'word' | '=' | '==' | '!=' | '!' | '>' | '<' | '(' | ')' | ',' | 'end';
  readonly text: string;
  readonly offset: number;
}

/** Words go up to the next blank or sign, as in k8s.io/apimachinery's lexer; what may be in a word is the parser's to say. */
const TOKEN = /(?<blank>[ \t\r\n]+)|(?<sign>==|!=|[=!><(),])|(?<word>[^ \t\r\n=!><(),]+)/y;

/** All tokens, `end` last. Never fails. */
export function scanLabelSelector(text: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const { blank, sign, word } = match.groups!;
    if (blank !== undefined) continue;
    const kind = word === undefined ? (sign as SelectorToken['kind']) : 'word';
    tokens.push({ kind, text: match[0], offset: match.index });
  }
  tokens.push({ kind: 'end', text: '', offset: text.length });
  return tokens;
}
