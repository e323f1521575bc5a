/**
 * Values of the language as plain JavaScript. The `Type` beside a value says which member of the union it is:
 *
 * | type                                            | value |
 * | ----------------------------------------------- | ----- |
 * | int of 1, 2 or 4 bytes; interned (number of its text) | number |
 * | int of 8 bytes; pointer, ksym (address); username (uid); cgroup-path (id); strerror (errno); timestamp (ns of its clock) | bigint |
 * | bool                                            | boolean |
 * | string, inet, mac                               | string |
 * | buffer; struct whose members are not known      | Uint8Array |
 * | array, tuple                                    | array of values |
 * | record, struct                                  | object: names to values, in order |
 * | kstack, ustack                                  | `StackValue` |
 * | usym                                            | `UserAddress` |
 * | none                                            | null |
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | StackValue
  | UserAddress
  | NamedValues;

/** Members of anonymous structs and unions stand among those of the struct around them, as in C. */
export interface NamedValues {
  readonly [name: string]: Value;
}

export interface StackValue {
  /** In the stack map of the type's limit; negative: -errno, no stack. */
  readonly id: bigint;
  /** tgid; 0 for kernel stacks. */
  readonly pid: number;
  /** Index of the program that took it. */
  readonly probe: number;
}

export interface UserAddress {
  readonly address: bigint;
  /** tgid */
  readonly pid: number;
  /** Index of the program that took it. */
  readonly probe: number;
}
