export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line: `time`, `level`, `message`, and what belongs to it. */
export class Log {
  readonly #least: number;
  readonly #write: (line: string) => void;

  constructor(least: LogLevel, write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#least = LOG_LEVELS.indexOf(least);
    this.#write = write;
  }

  debug(message: string, fields?: Fields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.#log('error', message, fields);
  }

  #log(level: LogLevel, message: string, fields: Fields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#least) return;
    const shown = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...shown })}\n`);
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? value.message : value;
}
