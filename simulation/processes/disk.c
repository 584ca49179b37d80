// Stands between a program and its disk, as LD_PRELOAD, for the files of one folder.
//
// Whatever a sync has answered for is copied to another folder, as it was then: that is what is left when power is lost. How
// long a sync takes, whether it does anything at all, and whether there is room for a file to grow, is read from a file before
// each. Linux with glibc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/**
 * What `DISK_CONTROL` says: how many milliseconds a sync takes, 1 where it does nothing but says that it has, and 1 where the disk
 * is full.
 */
struct control {
  long milliseconds;
  int lies;
  int is_full;
};

static struct control read_control(void) {
  struct control control = {0, 0, 0};
  FILE *file = fopen(getenv("DISK_CONTROL"), "r");
  if (file == NULL) return control;
  if (fscanf(file, "%ld %d %d", &control.milliseconds, &control.lies, &control.is_full) < 1) control.milliseconds = 0;
  fclose(file);
  return control;
}

/** The name of what is open as `fd`, below `DISK_FOLDER`; NULL where it is a file of somebody else's, or none. */
static const char *name_of(int fd, char *path) {
  const char *folder = getenv("DISK_FOLDER");
  char link[64];
  struct stat status;
  if (folder == NULL || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  size_t prefix = strlen(folder);
  return strncmp(path, folder, prefix) == 0 && path[prefix] == '/' ? path + prefix + 1 : NULL;
}

/** Read through the very same `fd`: to close another one of the same file would drop the locks on it. */
static void copy(int fd, const char *name) {
  char to[PATH_MAX], whole[PATH_MAX], block[65536];
  snprintf(whole, sizeof whole, "%s/%s", getenv("DISK_DURABLE"), name);
  snprintf(to, sizeof to, "%s/.%s", getenv("DISK_DURABLE"), name);
  int copy = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (copy < 0) abort();
  off_t at = 0;
  for (ssize_t count; (count = pread(fd, block, sizeof block, at)) > 0; at += count)
    if (write(copy, block, (size_t)count) != count) abort();
  close(copy);
  // Whoever is ended in the middle of this was never answered.
  if (rename(to, whole) != 0) abort();
}

static int synced(const char *call, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (name == NULL) return real(fd);
  struct control control = read_control();
  struct timespec wait = {control.milliseconds / 1000, control.milliseconds % 1000 * 1000000};
  nanosleep(&wait, NULL);
  if (control.lies) return 0;
  copy(fd, name);
  return 0;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

/** Whether there is no room for this: the file would grow. What is shared by processes is in memory, and never on the disk. */
static int does_not_fit(int fd, off_t end) {
  char path[PATH_MAX];
  struct stat status;
  const char *name = name_of(fd, path);
  if (name == NULL || strstr(name, "-shm") != NULL || !read_control().is_full) return 0;
  return fstat(fd, &status) == 0 && end > status.st_size;
}

typedef ssize_t (*pwrite_call)(int, const void *, size_t, off_t);

ssize_t pwrite(int fd, const void *data, size_t count, off_t at) {
  if (does_not_fit(fd, at + (off_t)count)) {
    errno = ENOSPC;
    return -1;
  }
  return ((pwrite_call)dlsym(RTLD_NEXT, "pwrite"))(fd, data, count, at);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off_t at) { return pwrite(fd, data, count, at); }
