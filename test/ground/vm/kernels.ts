/** The kernels that can be booted: Debian 12's images for virtual machines, with kprobes, fentry and BTF. */
export const KERNELS = {
  '6.1': { package: 'linux-image-cloud-amd64' },
  '6.12': { package: 'linux-image-6.12-cloud-amd64' },
} as const satisfies Record<string, { readonly package: string }>;

/** A release of Linux, as far as we name it. */
export type KernelName = keyof typeof KERNELS;

export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

export function isKernelName(name: string): name is KernelName {
  return Object.hasOwn(KERNELS, name);
}
