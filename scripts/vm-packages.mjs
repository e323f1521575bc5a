/** Debian packages that virtual machines with other kernels are made of. */
export const VM_PACKAGES = [
  'qemu-system-x86',
  'e2fsprogs',
  'cpio',
  'util-linux',
  // What the guest has.
  'bsdutils',
  'busybox-static',
  'findutils',
  'gcc',
  'libc6-dev',
  'mount',
  'openssl',
  'procps',
  'runc',
];
