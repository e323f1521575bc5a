/**
 * What runs in the guest, as shell scripts for busybox.
 *
 * Four serial lines join guest and host: ttyS0 has the kernel's messages, ttyS1 and ttyS2 standard output and standard
 * error of the command, ttyS3 the conversation: the guest says `ready`, the host answers the command as one line of
 * base64, the guest says `exit N` when all output is out, and powers off.
 */

/** `/init` of the initramfs: finds the disks by their labels, and goes on on the first. */
export const FIRST_STAGE = `#!/bin/busybox sh
/bin/busybox mkdir -p /bin /sbin /proc /sys /dev /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount_disk() {
  tries=0
  until disk=$(findfs "LABEL=$1" 2>/dev/null) && [ -n "$disk" ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "no disk with label $1" >/dev/kmsg; poweroff -f; }
    usleep 50000
  done
  mkdir -p "$2"
  mount -t ext4 -o noatime "$disk" "$2" || { echo "cannot mount $1" >/dev/kmsg; poweroff -f; }
}
mount_disk waggle-system /root
project=$(sed 's/.*waggle.project=\\([^ ]*\\).*/\\1/' /proc/cmdline)
mount_disk waggle-project "/root$project"
for folder in proc sys dev; do mkdir -p /root/$folder; mount --move /$folder /root/$folder; done
cp /second-stage /root/second-stage
exec switch_root /root /bin/busybox sh /second-stage
`;

/** The rest, on the system disk: file systems, loopback, the command. */
export const SECOND_STAGE = `#!/bin/busybox sh
export PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin HOME=/root TERM=dumb LANG=C.UTF-8
bb() { /bin/busybox "$@"; }
release=$(bb uname -r)
project=$(bb sed 's/.*waggle.project=\\([^ ]*\\).*/\\1/' /proc/cmdline)
bb mkdir -p /run /tmp /var/tmp /root /dev/pts /dev/shm /usr/local/bin
bb chmod 1777 /tmp /var/tmp
bb mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
bb mount -t tmpfs tmpfs /dev/shm
bb mount -t tmpfs -o mode=755 tmpfs /run
bb ln -sf /proc/self/fd /dev/fd
bb mount -t tracefs tracefs /sys/kernel/tracing
bb mount -t bpf bpf /sys/fs/bpf
bb mount -t cgroup2 cgroup2 /sys/fs/cgroup
for controller in cpu memory io pids; do echo +$controller >/sys/fs/cgroup/cgroup.subtree_control; done 2>/dev/null
bb ip link set lo up
bb hostname "waggle-vm-$(echo "$release" | bb cut -d. -f1,2)"
bb hostname >/etc/hostname
echo '127.0.0.1 localhost' >/etc/hosts
bb ln -sf "$project/packages/cli/bin/waggle.cjs" /usr/local/bin/waggle
ulimit -n 65536
for line in 1 2 3; do bb stty -F /dev/ttyS$line raw -echo; done
exec 3<>/dev/ttyS3
echo ready >&3
read -r command <&3
echo "$command" | bb base64 -d >/run/command
cd "$project"
bb sh /run/command </dev/null >/dev/ttyS1 2>/dev/ttyS2 3>&-
echo "exit $?" >&3
exec 3>&-
bb sync
bb poweroff -f
`;
