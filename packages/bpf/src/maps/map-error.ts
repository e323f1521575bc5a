/** A map was described, or asked for something, in a way that no kernel would take. */
export class MapError extends Error {
  override readonly name = 'MapError';
  readonly code: 'INVALID_SPEC' | 'INVALID_KEY' | 'INVALID_VALUE';
  readonly map: string;

  /**
   * @param what what failed, with the value and what was wanted: `cannot create map "events": key size 3, expected 4`.
   */
  constructor(code: MapError['code'], map: string, what: string) {
    super(what);
    this.code = code;
    this.map = map;
  }
}
