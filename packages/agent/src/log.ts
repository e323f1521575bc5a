export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line on standard error: `time`, `level`, `message`, and what belongs to it. */
export class Log {
  readonly #least: number;
  readonly #write: (line: string) => void;

  constructor(least: LogLevel, write: (line: string) => void = (line) => process.stderr.write(line)) {
    this.#least = LOG_LEVELS.indexOf(least);
    this.#write = write;
  }

  debug(message: string, fields?: Fields): void {
    this.#say('debug', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#say('info', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#say('warn', message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.#say('error', message, fields);
  }

  #say(level: LogLevel, message: string, fields: Fields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#least) return;
    const line = { time: new Date().toISOString(), level, message, ...fields };
    this.#write(`${JSON.stringify(line, (_key, value: unknown) => plain(value))}\n`);
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? value.message : value;
}
