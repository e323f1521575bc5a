/** A script of the catalogue with what its doc comment says about it. */
export interface Gadget {
  readonly name: string;
  /** The script's text. */
  readonly script: string;
  readonly doc: GadgetDoc;
}

/** What the doc comment at the head of a script says. */
export interface GadgetDoc {
  /** The first sentence or line: what the gadget shows. */
  readonly summary: string;
  /** The rest of the prose. */
  readonly description: string;
  /** `@column`: fields of the record, or maps that are columns of a table. */
  readonly columns: readonly ColumnDoc[];
  /** `@key`: names of the parts of a table's key, in order. */
  readonly keys: readonly ColumnDoc[];
  /** `@histogram`: maps that are shown as histograms, with a title. */
  readonly histograms: readonly ColumnDoc[];
  /** `@sort`: how a table is ordered unless the user says otherwise, as `--sort` has it. */
  readonly sort?: string;
}

export interface ColumnDoc {
  readonly name: string;
  /** How values are shown: a name of `formats`, such as `errno`. */
  readonly format?: string;
  /** Not shown unless asked for: `@column tid hidden …`. */
  readonly hidden: boolean;
  readonly description: string;
}
