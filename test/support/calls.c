/*
 * A workload that makes exactly the system calls that it is told to, one word each:
 *
 *   read:N       N times read(2) of one byte of /dev/zero, after one open of it
 *   getpgid:N    N times getpgid(2), with 1, 2, … N as its argument
 *   badfsync:N   N times fsync(2) of a descriptor that is not open: EBADF
 *   sleep:N      N times nanosleep(2) of 100 microseconds
 *   spin:N       N milliseconds of computing
 *   open:PATH openat:PATH openat2:PATH creat:PATH
 *   say:TEXT     a line on standard output
 *   wait         until a line comes on standard input
 *
 * Linked statically, it makes no such call on its own.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void spin(long milliseconds) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  long end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
  do
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < end);
}

static void repeat(const char *call, long count) {
  char byte;
  const struct timespec pause = {0, 100000};
  int zero = strcmp(call, "read") == 0 ? open("/dev/zero", O_RDONLY) : -1;
  for (long n = 1; n <= count; n++) {
    if (strcmp(call, "read") == 0) read(zero, &byte, 1);
    else if (strcmp(call, "getpgid") == 0) syscall(SYS_getpgid, (int)n);
    else if (strcmp(call, "badfsync") == 0) fsync(1000);
    else if (strcmp(call, "sleep") == 0) nanosleep(&pause, NULL);
  }
  if (zero >= 0) close(zero);
}

static void open_by(const char *call, const char *path) {
  struct open_how how = {.flags = O_RDWR | O_CREAT, .mode = 0640};
  if (strcmp(call, "openat2") == 0) syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
  else if (strcmp(call, "openat") == 0) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
#ifdef SYS_open /* arm64 has only the newer two. */
  else if (strcmp(call, "open") == 0) syscall(SYS_open, path, O_WRONLY | O_APPEND, 0);
  else if (strcmp(call, "creat") == 0) syscall(SYS_creat, path, 0600);
#endif
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *call = argv[i], *value = strchr(call, ':');
    if (value) *value++ = '\0';
    if (strcmp(call, "wait") == 0) {
      char byte;
      while (read(0, &byte, 1) == 1 && byte != '\n');
    } else if (!value) return 2;
    else if (strncmp(call, "open", 4) == 0 || strcmp(call, "creat") == 0) open_by(call, value);
    else if (strcmp(call, "say") == 0) dprintf(1, "%s\n", value);
    else if (strcmp(call, "spin") == 0) spin(atol(value));
    else repeat(call, atol(value));
  }
  return 0;
}
