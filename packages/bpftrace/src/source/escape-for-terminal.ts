/**
 * What must not reach a terminal as it is: control characters (escape sequences move the cursor, change colours, set
 * titles), the line and paragraph separators, marks that reorder or hide text, and unpaired surrogates.
 */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\p{Surrogate}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from elsewhere (a script, a traced process, a file name) in a form that is safe to show in a terminal: unsafe
 * characters become `\n`, `\t`, `\xNN` or `\u{NNNN}`. `keep` names characters to leave as they are, such as `'\n\t'`.
 */
export function escapeForTerminal(text: string, keep = ''): string {
  return text.replace(unsafe, (char) => {
    if (keep.includes(char)) return char;
    const short = named[char];
    if (short) return short;
    const code = char.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
